//! A form as HTML and as JavaScript. Every text is escaped, so that none leaves its attribute,
//! element or string.

use super::condition::{CONTENT_TYPE, Condition};
use super::form::Form;
use super::policy::Policy;
use crate::text::json::write_script_string;
use crate::text::markup::write_text;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};

/// The options of [`PresignedPost::to_html_with`](crate::post::PresignedPost::to_html_with) and
/// [`PresignedPost::to_html_page_with`](crate::post::PresignedPost::to_html_page_with).
///
/// ```
/// use core::time::Duration;
/// use presign::post::HtmlOptions;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let form = Bucket::new("examplebucket", "us-east-1")?
///     .post_policy("photo")
///     .starts_with("Content-Type", "image/")
///     .presign(&credentials, Duration::from_secs(60), now)?;
/// let options = HtmlOptions::new().title("Your photo").accept(".png").nonce("4AEemGb0xJptoIGFP3Nd");
/// let page = form.to_html_page_with(&options);
/// assert!(page.contains("<title>Your photo</title>"));
/// assert!(page.contains(r#"<input type="file" name="file" accept=".png" required>"#));
/// assert!(page.contains(r#"<script nonce="4AEemGb0xJptoIGFP3Nd">"#));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct HtmlOptions<'a> {
    title: Option<Cow<'a, str>>,
    accept: Option<Cow<'a, str>>,
    nonce: Option<Cow<'a, str>>,
}

impl<'a> HtmlOptions<'a> {
    /// Returns the default options.
    #[must_use]
    pub fn new() -> Self {
        HtmlOptions::default()
    }

    /// Sets the title and heading of the page. The default is `Upload a file`.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'a, str>>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the types of file that the browser offers, such as `image/*,.pdf`. By default they are
    /// those of the policy's condition on the `Content-Type`, which alone restricts an upload.
    #[must_use]
    pub fn accept(mut self, types: impl Into<Cow<'a, str>>) -> Self {
        self.accept = Some(types.into());
        self
    }

    /// Sets the nonce of the script and of the page's style, for a [Content Security
    /// Policy](https://www.w3.org/TR/CSP3/) without `unsafe-inline`.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<Cow<'a, str>>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }
}

/// The limits of a policy that a browser can check before it sends a file.
#[derive(Default)]
struct Limits {
    min_size: Option<u64>,
    max_size: Option<u64>,
    /// The types of file, as the attribute `accept` has them.
    accept: Option<String>,
}

impl Limits {
    fn of(policy: &Policy) -> Self {
        let mut limits = Limits::default();
        for condition in policy.conditions() {
            match condition {
                Condition::ContentLengthRange(range) => {
                    limits.min_size = Some(*range.start());
                    limits.max_size = Some(*range.end());
                }
                Condition::Eq { field, value, .. } if field.eq_ignore_ascii_case(CONTENT_TYPE) => {
                    limits.accept = Some(value.clone());
                }
                // `image/` is every image; `image/p` can't be written as a type.
                Condition::StartsWith { field, prefix, .. }
                    if field.eq_ignore_ascii_case(CONTENT_TYPE) && prefix.ends_with('/') =>
                {
                    limits.accept = Some(format!("{prefix}*"));
                }
                _ => {}
            }
        }
        limits
    }
}

/// Writes the `<form>` element and its script.
pub(super) fn write_form(form: &Form, policy: &str, options: &HtmlOptions<'_>, html: &mut String) {
    // A policy of one's own conditions may be one that this crate doesn't read.
    let limits =
        Policy::from_json(policy).map_or_else(|_| Limits::default(), |policy| Limits::of(&policy));
    html.push_str("<form");
    write_attribute("action", form.url(), html);
    html.push_str(" method=\"post\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\"");
    for (name, size) in [
        ("data-min-size", limits.min_size),
        ("data-max-size", limits.max_size),
    ] {
        if let Some(size) = size {
            write_attribute(name, &size.to_string(), html);
        }
    }
    html.push_str(">\n");
    for (name, value) in form.fields() {
        html.push_str("<input type=\"hidden\"");
        write_attribute("name", name, html);
        write_attribute("value", value, html);
        html.push_str(">\n");
    }
    for (name, prefix) in form.open_fields() {
        if name.eq_ignore_ascii_case(CONTENT_TYPE) {
            // The script adds a hidden field with the type of the file.
            html.push_str("<noscript");
            write_attribute("data-name", name, html);
            write_attribute("data-prefix", prefix, html);
            html.push('>');
            write_open_field(name, prefix, html);
            html.push_str("</noscript>\n");
        } else {
            write_open_field(name, prefix, html);
            html.push('\n');
        }
    }
    // Servers ignore the fields after the file.
    html.push_str("<p><label>File <input type=\"file\" name=\"file\"");
    if let Some(accept) = options.accept.as_deref().or(limits.accept.as_deref()) {
        write_attribute("accept", accept, html);
    }
    html.push_str(
        " required></label></p>\n\
         <p><button type=\"submit\">Upload</button></p>\n\
         <p><progress value=\"0\" aria-label=\"Upload\" hidden></progress></p>\n\
         <p role=\"status\"></p>\n\
         </form>\n",
    );
    write_element("script", include_str!("upload.js"), options, html);
}

/// Writes an input with a label for a value that the user chooses.
fn write_open_field(name: &str, prefix: &str, html: &mut String) {
    html.push_str("<p><label>");
    write_text(name, html);
    html.push_str(" <input type=\"text\"");
    write_attribute("name", name, html);
    write_attribute("value", prefix, html);
    html.push_str("></label></p>");
}

/// Writes a script or a style, which may need a nonce.
fn write_element(name: &str, content: &str, options: &HtmlOptions<'_>, html: &mut String) {
    html.extend(["<", name]);
    if let Some(nonce) = &options.nonce {
        write_attribute("nonce", nonce, html);
    }
    html.extend([">\n", content, "</", name, ">\n"]);
}

/// Returns a page with the form.
pub(super) fn page(form: &Form, policy: &str, options: &HtmlOptions<'_>) -> String {
    let title = options.title.as_deref().unwrap_or("Upload a file");
    let mut html = String::from(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>",
    );
    write_text(title, &mut html);
    html.push_str("</title>\n");
    write_element("style", include_str!("page.css"), options, &mut html);
    html.push_str(
        "</head>\n\
         <body>\n\
         <main>\n\
         <h1>",
    );
    write_text(title, &mut html);
    html.push_str("</h1>\n");
    write_form(form, policy, options, &mut html);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

/// Returns the function `uploadFile`.
pub(super) fn javascript(form: &Form) -> String {
    let mut script = String::from(
        "async function uploadFile(file, values = {}) {\n  const form = new FormData();\n",
    );
    for (name, value) in form.fields() {
        script.push_str("  form.append(");
        write_script_string(name, &mut script);
        script.push_str(", ");
        write_script_string(value, &mut script);
        script.push_str(");\n");
    }
    for (name, prefix) in form.open_fields() {
        script.push_str("  form.append(");
        write_script_string(name, &mut script);
        script.push_str(", values[");
        write_script_string(name, &mut script);
        script.push_str("] ?? ");
        if name.eq_ignore_ascii_case(CONTENT_TYPE) {
            script.push_str("file.type");
        } else {
            write_script_string(prefix, &mut script);
        }
        script.push_str(");\n");
    }
    script.push_str("  form.append(\"file\", file);\n  const response = await fetch(");
    write_script_string(form.url(), &mut script);
    script.push_str(
        ", { method: \"POST\", body: form });\n  \
         if (!response.ok) {\n    \
         throw new Error(await response.text());\n  \
         }\n  \
         return response;\n\
         }\n",
    );
    script
}

/// Writes an attribute after a space.
fn write_attribute(name: &str, value: &str, html: &mut String) {
    html.extend([" ", name, "=\""]);
    write_text(value, html);
    html.push('"');
}
