//! Command lines of [curl](https://curl.se/docs/manpage.html), quoted for a POSIX shell.

use anyhow::{Context, Result, ensure};

/// The body that is read from standard input.
pub const STDIN: &str = "@-";

/// Returns whether requests with the method usually have a body.
pub fn may_have_body(method: &str) -> bool {
    matches!(method, "PUT" | "POST" | "PATCH")
}

/// Returns a command line that sends a request. `body` is the argument of
/// `--data-binary`: `@FILE` or [`STDIN`].
pub fn request<'a>(
    method: &str,
    url: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: Option<&str>,
) -> Result<String> {
    let mut line = Line::new();
    match method {
        "GET" if body.is_none() => {}
        // With `--request HEAD`, curl would wait for a body of the response.
        "HEAD" => {
            ensure!(body.is_none(), "curl can't send a body with HEAD");
            line.0.push("--head".into());
        }
        _ => line.option("--request", method),
    }
    let mut has_type = false;
    for (name, value) in headers {
        has_type |= name.eq_ignore_ascii_case("content-type");
        // An empty value after a colon would remove the header.
        line.option(
            "--header",
            &match value {
                "" => format!("{name};"),
                _ => format!("{name}: {value}"),
            },
        );
    }
    if let Some(body) = body {
        if !has_type {
            // A body that is given with --data-binary gets the type of a form.
            line.option("--header", "Content-Type:");
        }
        line.option("--data-binary", body);
    }
    line.finish(url)
}

/// Returns a command line that sends a form, whose file is standard input.
pub fn form<'a>(url: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<String> {
    let mut line = Line::new();
    for (name, value) in fields {
        line.option("--form-string", &format!("{name}={value}"));
    }
    line.option("--form", &format!("file={STDIN}"));
    line.finish(url)
}

/// The arguments of a command line.
struct Line(Vec<String>);

impl Line {
    fn new() -> Self {
        Line(vec!["curl".into()])
    }

    fn option(&mut self, name: &str, value: &str) {
        self.0.extend([name.into(), value.into()]);
    }

    fn finish(mut self, url: &str) -> Result<String> {
        if url.contains("/.") {
            self.0.push("--path-as-is".into());
        }
        if url.contains(['[', ']', '{', '}']) {
            self.0.push("--globoff".into());
        }
        self.0.push(url.into());
        let words = self.0.iter().map(String::as_str);
        shlex::try_join(words).context("a command line can't contain a NUL")
    }
}
