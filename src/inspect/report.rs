//! An inspection as text for a terminal.

use super::inspection::Inspection;
use crate::text::time_span::TimeSpan;
use core::fmt;

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = self.scheme() {
            write_line(f, "presigned with", scheme.as_str())?;
        }
        for (name, value) in [
            ("host", self.host()),
            ("algorithm", self.algorithm()),
            ("region", self.region()),
            ("service", self.service()),
            ("path", Some(self.path())),
        ] {
            if let Some(value) = value {
                write_line(f, name, value.escape_debug())?;
            }
        }
        if let Some(allows) = self.allows() {
            write_line(f, "allows", allows.escape_debug())?;
        }
        for (name, value) in &self.facts.restrictions {
            write_line(f, name, value.escape_debug())?;
        }
        if let (Some(id), Some(kind)) = (self.access_key_id(), self.access_key_kind()) {
            let id = id.escape_debug();
            write_line(f, "access key", format_args!("{id} ({})", kind.as_str()))?;
        }
        let has_token = if self.has_session_token() {
            "yes"
        } else {
            "no"
        };
        write_line(f, "session token", has_token)?;
        if let Some(valid_from) = self.facts.valid_from {
            write_line(f, "valid from", valid_from)?;
        }
        if let Some(signed_at) = self.signed_at() {
            write_line(f, "signed at", signed_at)?;
        }
        if let Some(valid_for) = self.valid_for() {
            write_line(f, "valid for", TimeSpan(valid_for))?;
        }
        if let (Some(expires_at), Some(time_left)) = (self.expires_at(), self.time_left()) {
            if time_left.is_zero() {
                write_line(f, "expires at", expires_at)?;
            } else {
                let time_left = TimeSpan(time_left);
                write_line(
                    f,
                    "expires at",
                    format_args!("{expires_at}, in {time_left}"),
                )?;
            }
        }
        if !self.facts.signed_headers.is_empty() {
            let names = self.facts.signed_headers.join(", ");
            write_line(f, "signed headers", names.escape_debug())?;
        }
        if let Some(start) = &self.facts.signature_start {
            write_line(f, "signature", format_args!("{}…", start.escape_debug()))?;
        }
        for problem in self.problems() {
            write_line(f, "problem", problem)?;
        }
        Ok(())
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, name: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(f, "{name:<15} {value}")
}
