/// Runs what is `async` in form only: none of these signers waits for anything.
fn ready<T>(future: impl Future<Output = T>) -> T {
    // Some clients want to be inside a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}
