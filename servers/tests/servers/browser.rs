//! The page of `examples/upload_page.rs` in a real browser: headless Chromium, which chromedriver
//! controls with the protocol WebDriver (<https://www.w3.org/TR/webdriver2/>).
//!
//! If one of the two programs is missing, these tests print that and pass. With
//! `PRESIGN_BROWSER=required` in the environment they fail instead.

#[allow(dead_code, reason = "the example's `main`")]
#[path = "../../../examples/upload_page.rs"]
mod upload_page;

use s3_server::{Request, Server};
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A picture for a browser, which derives the type from the name of the file.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n--\r\n\0\xff";

// The tests

#[test]
fn a_form_uploads_what_its_policy_allows() {
    let Some(test) = Test::start("a_form_uploads_what_its_policy_allows") else {
        return;
    };
    let stored = test.server.file("pictures/by-form");
    let submit = |file: &str, content: &[u8]| {
        test.browser.open(&test.page());
        let file = test.file(file, content);
        test.browser.type_into("#by-form input[type=file]", &file);
        test.browser.click("#by-form button");
    };

    // The form rejects these files before it sends anything.
    submit("large.png", &[b'x'; 1_000_001]);
    test.browser.wait_for("The file is larger than 1 MB.");
    submit("empty.png", b"");
    test.browser.wait_for("The file is empty.");
    submit("text.txt", PICTURE);
    test.browser
        .wait_for("Files of this type (text/plain) are not allowed.");
    assert!(!stored.exists());

    submit("m\u{e4}rz 1.png", PICTURE);
    test.browser.wait_for("m\u{e4}rz 1.png is uploaded.");
    assert_eq!(fs::read(&stored).unwrap(), PICTURE);
    let link = test.browser.attribute("#by-form a", "href");
    let answer = Request::new("GET", &link).send().unwrap();
    assert_eq!((answer.status, &*answer.body), (200, PICTURE));
    assert_eq!(answer.header("content-type"), Some("image/png"));

    let most = vec![b'y'; 1_000_000];
    submit("most.jpg", &most);
    test.browser.wait_for("most.jpg is uploaded.");
    assert!(fs::read(&stored).unwrap() == most);
    assert_eq!(test.content_type("by-form"), "image/jpeg");
}

/// The store rejects a change that bypasses the form, and the form shows its response.
#[test]
fn a_form_shows_the_rejection_by_the_store() {
    let Some(test) = Test::start("a_form_shows_the_refusal_of_the_store") else {
        return;
    };
    let submit_after = |change: &str, content: &[u8]| {
        test.browser.open(&test.page());
        test.browser.run(change);
        let file = test.file("picture.png", content);
        test.browser.type_into("#by-form input[type=file]", &file);
        test.browser.click("#by-form button");
    };
    let form = "document.querySelector('#by-form form')";
    let key = format!("{form}.querySelector('[name=key]').value = 'pictures/other'");
    submit_after(&key, PICTURE);
    test.browser.wait_for("The file was refused: ");
    submit_after(
        &format!("{form}.replaceWith({form}.cloneNode(true))"),
        &[b'x'; 1_000_001],
    );
    // Without its script the browser sends the form and shows the response.
    test.browser.wait_for("EntityTooLarge");
    assert!(!test.server.file("pictures/by-form").exists());
    assert!(!test.server.file("pictures/other").exists());
}

#[test]
fn a_script_uploads_what_its_policy_allows() {
    let Some(test) = Test::start("a_script_uploads_what_its_policy_allows") else {
        return;
    };
    let stored = test.server.file("pictures/by-script");
    let upload = |file: &str, content: &[u8]| {
        test.browser.open(&test.page());
        let file = test.file(file, content);
        test.browser.type_into("#by-script input", &file);
        test.browser.click("#by-script button");
    };

    upload("large.png", &[b'x'; 1_000_001]);
    test.browser.wait_for("EntityTooLarge");
    upload("empty.png", b"");
    test.browser.wait_for("EntityTooSmall");
    upload("text.txt", PICTURE);
    test.browser.wait_for("InvalidPolicyDocument");
    assert!(!stored.exists());

    upload("picture.png", PICTURE);
    let link = test.browser.attribute("#by-script a", "href");
    assert_eq!(fs::read(&stored).unwrap(), PICTURE);
    let answer = Request::new("GET", &link).send().unwrap();
    assert_eq!((answer.status, &*answer.body), (200, PICTURE));
    assert_eq!(answer.header("content-type"), Some("image/png"));
}

/// The page's own responses don't need a browser.
#[test]
fn the_page_returns_links() {
    let server = upload_page::start(0).unwrap();
    let get = |path: &str| {
        let url = format!("{}{path}", server.endpoint());
        Request::new("GET", &url).send().unwrap()
    };
    let ask = |query: &str| -> (u16, Value) {
        let answer = get(&format!("/presigned-url{query}"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    };

    fs::create_dir(server.file("pictures")).unwrap();
    fs::write(server.file("pictures/a+b \u{e4}"), PICTURE).unwrap();
    let (status, json) = ask("?file_name=a%2Bb+%C3%A4");
    assert_eq!(status, 200);
    let link = json["presigned_url"].as_str().unwrap();
    let answer = Request::new("GET", link).send().unwrap();
    assert_eq!((answer.status, &*answer.body), (200, PICTURE));
    let changed = link.replacen("a%2Bb", "a%2Bc", 1);
    let answer = Request::new("GET", &changed).send().unwrap();
    assert_eq!(answer.error_code(), Some("SignatureDoesNotMatch"));

    for (query, message) in [
        ("", "one file_name"),
        ("?other=x", "one file_name"),
        ("?file_name=a&file_name=b", "one file_name"),
        ("?file_name=", "empty"),
        ("?file_name=..%2Fx", "changes"),
    ] {
        let (status, json) = ask(query);
        let text = json["message"].as_str().unwrap();
        assert_eq!(status, 400, "{query}");
        assert!(text.contains(message), "{query}: {text}");
        assert_eq!(json.get("presigned_url"), None, "{query}");
    }
    // Other paths belong to the bucket, which requires a signature.
    assert_eq!(get("/examplebucket").error_code(), Some("AccessDenied"));
}

// The browser

/// The page and a browser.
struct Test {
    server: Server,
    browser: Browser,
    directory: TempDir,
}

impl Test {
    /// Returns `None` if a browser is missing and the environment allows that.
    fn start(name: &str) -> Option<Test> {
        let browser = match Browser::start() {
            Ok(browser) => browser,
            Err(missing) if env::var("PRESIGN_BROWSER").is_ok_and(|value| value == "required") => {
                panic!("PRESIGN_BROWSER=required, but there is no {missing}")
            }
            Err(missing) => {
                // The test runner would capture the output of a macro.
                let note = format!("test {name} ... SKIPPED: there is no {missing} in PATH\n");
                io::stderr().write_all(note.as_bytes()).unwrap();
                return None;
            }
        };
        Some(Test {
            server: upload_page::start(0).unwrap(),
            browser,
            directory: tempfile::tempdir().unwrap(),
        })
    }

    fn page(&self) -> String {
        format!("{}/", self.server.endpoint())
    }

    /// Writes a file to choose, and returns its path.
    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path.into_os_string().into_string().unwrap()
    }

    /// Returns the type that the bucket has stored for a picture.
    fn content_type(&self, name: &str) -> String {
        let url = format!("{}presigned-url?file_name={name}", self.page());
        let answer = Request::new("GET", &url).send().unwrap();
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        let link = json["presigned_url"].as_str().unwrap();
        let answer = Request::new("GET", link).send().unwrap();
        answer.header("content-type").unwrap().to_owned()
    }
}

/// A browser with one window. Dropping it stops the browser.
struct Browser {
    /// The URL of the session; empty before it exists.
    session: String,
    driver: Child,
    /// Kept open, because the driver may write to it.
    _output: BufReader<ChildStdout>,
    _profile: TempDir,
}

/// The timeout of a page.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Browser {
    /// Starts the browser, or returns the name of a missing program.
    fn start() -> Result<Browser, &'static str> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let chromium = chromium.ok_or("chromium")?;
        let driver = program(&["chromedriver"]).ok_or("chromedriver")?;
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(driver.stdout.take().unwrap());
        let mut browser = Browser {
            session: String::new(),
            driver,
            _output: output,
            _profile: tempfile::tempdir().unwrap(),
        };

        // "ChromeDriver was started successfully on port 12345."
        let mut lines = browser._output.by_ref().lines().map(Result::unwrap);
        let port = lines
            .find_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver to say its port");
        let profile = format!("--user-data-dir={}", browser._profile.path().display());
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile,
        ];
        let sessions = format!("http://localhost:{port}/session");
        let session = call(
            "POST",
            &sessions,
            &json!({"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": {"binary": chromium, "args": args},
            }}}),
        );
        let id = session["sessionId"].as_str().expect("a session");
        browser.session = format!("{sessions}/{id}");
        Ok(browser)
    }

    fn post(&self, path: &str, body: Value) -> Value {
        call("POST", &format!("{}/{path}", self.session), &body)
    }

    fn open(&self, url: &str) {
        self.post("url", json!({"url": url}));
    }

    /// Waits for the element of a CSS selector, and returns its path.
    fn element(&self, selector: &str) -> String {
        /// The name of an element's ID in WebDriver.
        const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
        let found = wait(|| {
            let query = json!({"using": "css selector", "value": selector});
            let element = self.post("element", query);
            Some(element[ELEMENT].as_str()?.to_owned())
        });
        let id = found.unwrap_or_else(|| panic!("no {selector} in {}", self.text()));
        format!("element/{id}")
    }

    fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        let typed = self.post(&format!("{element}/value"), json!({"text": text}));
        assert!(typed.is_null(), "{typed}");
    }

    fn click(&self, selector: &str) {
        let clicked = self.post(&format!("{}/click", self.element(selector)), json!({}));
        assert!(clicked.is_null(), "{clicked}");
    }

    fn attribute(&self, selector: &str, name: &str) -> String {
        let path = format!(
            "{}/{}/attribute/{name}",
            self.session,
            self.element(selector)
        );
        let value = call("GET", &path, &Value::Null);
        value.as_str().expect("an attribute").to_owned()
    }

    /// Returns the text of the page.
    fn text(&self) -> String {
        let script = "return document.documentElement.textContent";
        let text = self.post("execute/sync", json!({"script": script, "args": []}));
        text.as_str().unwrap_or_default().to_owned()
    }

    fn run(&self, script: &str) {
        let result = self.post("execute/sync", json!({"script": script, "args": []}));
        assert!(result.is_null(), "{result}");
    }

    /// Waits until the page contains a text.
    fn wait_for(&self, text: &str) {
        let found = wait(|| self.text().contains(text).then_some(()));
        assert!(found.is_some(), "no {text} in {}", self.text());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // The browser stops with its session. If there is none, only the driver can be stopped.
            let _ = Request::new("DELETE", &self.session).send();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Calls the driver, and returns the `value` of its response, which also describes errors.
fn call(method: &str, url: &str, body: &Value) -> Value {
    let answer = Request::new(method, url)
        .headers([("Content-Type", "application/json")])
        .body(body.to_string().as_bytes())
        .send()
        .unwrap();
    let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
    answer["value"].take()
}

/// Repeats a call until it returns a value or the timeout expires.
fn wait<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        match ask() {
            None if start.elapsed() < TIMEOUT => std::thread::sleep(Duration::from_millis(50)),
            answer => return answer,
        }
    }
}

/// Returns the path of the first of these programs in PATH.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let directorys: Vec<_> = env::split_paths(&path).collect();
    let programs = names
        .iter()
        .flat_map(|name| directorys.iter().map(move |directory| directory.join(name)));
    programs.into_iter().find(|program| program.is_file())
}
