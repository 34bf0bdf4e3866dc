//! The times that a server states, compared with those of the request.

use super::catalogue::Cause;
use super::finding::Finding;
use super::statement::Statement;
use crate::text::time_span::TimeSpan;
use crate::time::Timestamp;
use crate::verify::{Authentication, Carrier};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};

impl Statement<'_> {
    pub(super) fn server_time(&self) -> Option<Timestamp> {
        let time = self.response.field("ServerTime");
        time.map_or_else(
            || self.bracketed("Current [").or_else(|| self.compared_time()),
            |time| time.parse().ok(),
        )
    }

    /// Returns the server's time of `Signature expired: 20260302T100000Z is now earlier than
    /// 20260302T101500Z (20260302T103000Z - 15 min.)`.
    fn compared_time(&self) -> Option<Timestamp> {
        let mut comparisons = ["is now earlier than", "is still later than"].into_iter();
        let (_, after) = comparisons.find_map(|words| self.message.split_once(words))?;
        let (_, time) = after.split_once('(')?;
        time.split(' ').next()?.parse().ok()
    }

    /// Returns a time of Azure's
    /// `Start [Mon, 02 Mar 2026 10:05:00 GMT] - Expiry […] - Current […]`.
    fn bracketed(&self, introduction: &str) -> Option<Timestamp> {
        let detail = self.response.field("AuthenticationErrorDetail");
        let (_, time) = detail.unwrap_or(self.message).split_once(introduction)?;
        Timestamp::parse_http_date(time.split_once(']')?.0)
    }

    /// Returns whether the server calls a request expired that is not valid yet.
    pub(super) fn is_early(&self) -> bool {
        let start = self.bracketed("Start [");
        start
            .zip(self.server_time())
            .is_some_and(|(start, now)| start > now)
    }

    /// Returns whether a presigned URL has expired. Some servers call that a skew.
    pub(super) fn has_expired(&self) -> bool {
        let now = self.server_time().unwrap_or(self.evidence.now);
        let authentication = self.evidence.authentication();
        if self.response.field("RequestTime").is_some() {
            return false;
        }
        authentication.is_some_and(|authentication| {
            let is_url = authentication.carrier() == Carrier::Query;
            is_url
                && authentication
                    .expires_at()
                    .is_some_and(|moment| moment < now)
        })
    }

    pub(super) fn clock_skew(&self) -> Finding {
        let server = self.server_time();
        let request = self.response.field("RequestTime").and_then(parse_time);
        let request = request.or_else(|| self.bracketed("Start ["));
        let authentication = self.evidence.authentication();
        let request = request.or_else(|| authentication.and_then(Authentication::signed_at));
        let fault = match (request, server) {
            (Some(request), Some(server)) => {
                let (difference, direction) = if request > server {
                    (request.saturating_duration_since(server), "ahead of")
                } else {
                    (server.saturating_duration_since(request), "behind")
                };
                let difference = TimeSpan(difference);
                format!("The signing time is {difference} {direction} the server's clock")
            }
            _ => "The signing time differs too much from the server's clock".to_owned(),
        };
        let finding = Finding::certain(Cause::ClockSkew).about(&fault);
        finding
            .with_signed(time_text(request))
            .with_seen(time_text(server))
    }
}

fn time_text(time: Option<Timestamp>) -> String {
    time.map_or(String::new(), |time| time.to_string())
}

/// Parses the time of a request, in any format in which it is signed.
fn parse_time(text: &str) -> Option<Timestamp> {
    let time = text.parse().ok();
    time.or_else(|| Timestamp::parse_http_date(text))
}
