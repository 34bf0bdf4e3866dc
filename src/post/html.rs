//! A form as HTML and as JavaScript. What lives here: the tags and the statements. What does not: which fields there are, and
//! the escaping that keeps every text inside its attribute or string literal.

use super::condition::CONTENT_TYPE;
use super::form::PresignedPost;
use super::json::write_script_string;
use crate::markup::write_text;
use alloc::string::String;

/// The `<form>` element.
pub(super) fn form(post: &PresignedPost) -> String {
    let mut html = String::from("<form action=");
    write_attribute(post.url(), &mut html);
    html.push_str(" method=\"post\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\">\n");
    for (name, value) in post.fields() {
        html.push_str("<input type=\"hidden\" name=");
        write_attribute(name, &mut html);
        html.push_str(" value=");
        write_attribute(value, &mut html);
        html.push_str(">\n");
    }
    let mut fills_type = false;
    for (name, prefix) in post.open_fields() {
        html.push_str("<p><label>");
        write_text(name, &mut html);
        html.push_str(" <input type=\"text\" name=");
        write_attribute(name, &mut html);
        html.push_str(" value=");
        write_attribute(prefix, &mut html);
        if name.eq_ignore_ascii_case(CONTENT_TYPE) {
            fills_type = true;
            html.push_str(" data-type-of-file");
        }
        html.push_str("></label></p>\n");
    }
    // After the file a server reads no further field.
    html.push_str(
        "<p><label>File <input type=\"file\" name=\"file\" required></label></p>\n\
         <p><button type=\"submit\">Upload</button></p>\n\
         </form>\n",
    );
    if fills_type {
        html.push_str(FILL_IN_TYPE);
    }
    html
}

/// Says the type of the chosen file in the form before it. The same text for every form.
const FILL_IN_TYPE: &str = "<script>
{
  const form = document.currentScript.previousElementSibling;
  form.querySelector('input[type=\"file\"]').addEventListener('change', (event) => {
    const [file] = event.target.files;
    if (file && file.type) {
      form.querySelector('input[data-type-of-file]').value = file.type;
    }
  });
}
</script>
";

/// A page with the form.
pub(super) fn page(post: &PresignedPost) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Upload a file</title>\n\
         </head>\n\
         <body>\n\
         <main>\n\
         <h1>Upload a file</h1>\n",
    );
    html.push_str(&form(post));
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

/// The function `uploadFile`.
pub(super) fn javascript(post: &PresignedPost) -> String {
    let mut script = String::from(
        "async function uploadFile(file, values = {}) {\n  const form = new FormData();\n",
    );
    for (name, value) in post.fields() {
        script.push_str("  form.append(");
        write_script_string(name, &mut script);
        script.push_str(", ");
        write_script_string(value, &mut script);
        script.push_str(");\n");
    }
    for (name, prefix) in post.open_fields() {
        script.push_str("  form.append(");
        write_script_string(name, &mut script);
        script.push_str(", values[");
        write_script_string(name, &mut script);
        script.push_str("] ?? ");
        match name.eq_ignore_ascii_case(CONTENT_TYPE) {
            true => script.push_str("file.type"),
            false => write_script_string(prefix, &mut script),
        }
        script.push_str(");\n");
    }
    script.push_str("  form.append(\"file\", file);\n  const response = await fetch(");
    write_script_string(post.url(), &mut script);
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

/// An attribute's value with its quotes.
fn write_attribute(value: &str, html: &mut String) {
    html.push('"');
    write_text(value, html);
    html.push('"');
}
