//! An axum server that accepts links to its files. `links.rs` is the server, and the part to copy.
//! This program starts it, requests links, and exits with an error if anything unexpected happens:
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p axum-links
//! ```

mod links;

use links::Links;
use presign::Credentials;
use s3_server::Request;
use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nunexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let key = Credentials::new("app", "made/up+for=the example")?;
    let files = [(7, "the seventh".to_owned()), (8, "the eighth".to_owned())];
    let links = Arc::new(Links::new(&origin, key, files.into())?);
    let router = links::router(links.clone());
    runtime.spawn(async { axum::serve(listener, router).await });
    println!("The server is running at {origin}.");

    let now = SystemTime::now();
    let link = links.link(7, now)?;
    let link = link.as_str();
    println!("A link to its file 7:\n{link}\n");
    expect("the link", link, 200, "the seventh")?;
    expect("a link to file 9", links.link(9, now)?.as_str(), 404, "")?;
    for path in [
        "/files/8",
        "/files//7",
        "/files/./7",
        "/files/8/../7",
        "/files/%37",
    ] {
        let other = link.replace("/files/7", path);
        expect(&format!("the same for {path}"), &other, 403, "signature")?;
    }
    let other_host = link.replace("localhost", "files.localhost");
    expect("the same for another host", &other_host, 403, "signature")?;
    let download = link.replace('?', "?download=a+b&");
    expect("the same with a + in the query", &download, 400, "+")?;
    let (without, _) = link.split_once('?').ok_or("no query")?;
    expect("no signature", without, 403, "not signed")?;
    let expired = links.link(7, now - Duration::from_secs(61))?;
    expect("an expired link", expired.as_str(), 403, "expired")?;
    println!("\nEverything went as expected.");
    Ok(())
}

/// Checks the status of the response, and that its text contains `word`.
fn expect(step: &str, url: &str, status: u16, word: &str) -> Result<(), Box<dyn Error>> {
    let answer = Request::new("GET", url).send()?;
    let text = String::from_utf8(answer.body)?;
    if answer.status == status && text.contains(word) {
        println!("  {step}: {status}");
        return Ok(());
    }
    Err(format!(
        "{step}: got {} {text}, expected {status} {word}",
        answer.status
    )
    .into())
}
