/// Runs a future that never waits, because these signers are only formally `async`.
fn ready<T>(future: impl Future<Output = T>) -> T {
    // Some clients need a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}
