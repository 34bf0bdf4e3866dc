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
use core::time::Duration;

/// The least skew that a service rejects.
const MIN_SKEW: Duration = Duration::from_secs(5 * 60);

impl Statement<'_> {
    pub(super) fn server_time(&self) -> Option<Timestamp> {
        let time = self.response.field("ServerTime");
        time.map_or_else(
            || {
                self.bracketed("Current [")
                    .or_else(|| self.compared_times()?.1)
            },
            |time| time.parse().ok(),
        )
    }

    /// Returns the times of the request and of the server in `Signature expired: 20260302T100000Z
    /// is now earlier than 20260302T101500Z (20260302T103000Z - 15 min.)`.
    fn compared_times(&self) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let mut comparisons = [" is now earlier than", " is still later than"].into_iter();
        let (before, after) = comparisons.find_map(|words| self.message.split_once(words))?;
        let parse = |time: Option<&str>| time?.parse().ok();
        let server = after.split_once('(').map(|(_, time)| time);
        let server = server.and_then(|time| time.split(' ').next());
        Some((parse(before.rsplit(' ').next()), parse(server)))
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

    /// Returns the time that the server states for the request, or that of its signature.
    fn request_time(&self) -> Option<Timestamp> {
        let stated = self.response.field("RequestTime").and_then(parse_time);
        let stated = stated
            .or_else(|| self.bracketed("Start ["))
            .or_else(|| self.compared_times()?.0);
        let authentication = self.evidence.authentication();
        stated.or_else(|| authentication.and_then(Authentication::signed_at))
    }

    /// Returns whether the request has expired by the times that are known.
    pub(super) fn is_late(&self) -> bool {
        let now = self.server_time().unwrap_or(self.evidence.now);
        let stated = self.response.field("Expires").and_then(parse_time);
        let expires_at = stated
            .or_else(|| self.bracketed("Expiry ["))
            .or_else(|| self.evidence.inspection.expires_at());
        // A request that is signed with headers is valid for as long as a skew is allowed.
        let age = || Some(now.saturating_duration_since(self.request_time()?));
        expires_at.map_or_else(
            || age().is_some_and(|age| age >= MIN_SKEW),
            |moment| moment <= now,
        )
    }

    /// Returns whether the times that are known differ by at least the smallest skew that a server
    /// rejects.
    pub(super) fn is_skewed(&self) -> bool {
        let server = self.server_time().unwrap_or(self.evidence.now);
        self.request_time().is_some_and(|request| {
            let ahead = request.saturating_duration_since(server);
            ahead.max(server.saturating_duration_since(request)) >= MIN_SKEW || self.is_early()
        })
    }

    pub(super) fn clock_skew(&self) -> Finding {
        let (request, server) = (self.request_time(), self.server_time());
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
