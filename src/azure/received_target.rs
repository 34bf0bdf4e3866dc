//! The resource that a received request names.

use super::account::Account;
use super::names::{check_sas_text, has_dot_segment};
use super::operation::{Level, Operation, sets_tags};
use super::service::Service;
use crate::error::{ErrorKind, Quoted};
use crate::text::percent::Component;
use crate::verify::{ReceivedRequest, VerifyError, reject};
use crate::wire::query::{Param, parse_query};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The resource of a request, decoded. No parameter that decides about access is repeated.
#[derive(Clone)]
pub(super) struct ReceivedTarget<'r> {
    pub(super) service: Service,
    pub(super) level: Level,
    /// The name of the container, share, queue or table; empty for the service itself.
    pub(super) name: Cow<'r, str>,
    /// The name of the blob or file, or the rest of the path.
    pub(super) object: Cow<'r, str>,
    pub(super) params: Vec<Param<'r>>,
}

impl<'r> ReceivedTarget<'r> {
    pub(super) fn of(
        account: &Account,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Self, VerifyError> {
        let (service, path) = find_service(account, request)?;
        let (name, object) = path.split_once('/').unwrap_or((path, ""));
        let params: Vec<_> = parse_query(request.target.query).collect();
        let (mut name, object) = (decoded(name)?, decoded(object)?);
        // `MyTable(PartitionKey='a')` and `MyTable()`.
        if service == Service::Table
            && let Some((table, _)) = name.split_once('(')
        {
            name = Cow::Owned(String::from(table));
        }
        check_container(&name, &object)?;
        let mut target = ReceivedTarget {
            service,
            level: Level::Service,
            name,
            object,
            params,
        };
        target.check_repetitions()?;
        target.find_level();
        Ok(target)
    }

    fn find_level(&mut self) {
        if self.service == Service::Table {
            self.level = match &*self.name {
                "" => Level::Service,
                name if name.eq_ignore_ascii_case("Tables") => Level::Container,
                _ => Level::Object,
            };
            return;
        }
        self.level = match (&*self.name, &*self.object) {
            ("", _) => Level::Service,
            (_, "") => Level::Container,
            _ => Level::Object,
        };
        // A blob of the root container is named without it.
        let is_container = self
            .param("restype")
            .is_some_and(|value| value == "container");
        if self.service == Service::Blob && self.level == Level::Container && !is_container {
            self.object = core::mem::replace(&mut self.name, Cow::Borrowed("$root"));
            self.level = Level::Object;
        }
    }

    /// Checks that no parameter that decides about access is repeated.
    fn check_repetitions(&self) -> Result<(), VerifyError> {
        const NAMES: [&str; 6] = [
            "comp",
            "restype",
            "snapshot",
            "versionid",
            "deletetype",
            "peekonly",
        ];
        for name in NAMES {
            self.single_param(name)?;
        }
        Ok(())
    }

    /// Returns the decoded value of a parameter that must not be repeated.
    pub(super) fn single_param(&self, name: &str) -> Result<Option<Cow<'r, str>>, VerifyError> {
        let params = self.params.iter();
        let named = params.filter(|param| param.name.decodes_to_ignore_case(name));
        let mut named = named.map(|param| param.value.unwrap_or_default());
        let value = named.next();
        if named.next().is_some() {
            return Err(VerifyError::duplicate("parameter", name));
        }
        let text = |value: Component<'r>| {
            value
                .to_text()
                .ok_or_else(|| reject!(Request, "the parameter {} is not UTF-8", Quoted(name)))
        };
        value.map(text).transpose()
    }

    /// Returns the decoded value of a parameter, one of those that [`check_repetitions`] checks.
    ///
    /// [`check_repetitions`]: Self::check_repetitions
    pub(super) fn param(&self, name: &str) -> Option<Cow<'r, str>> {
        let mut params = self.params.iter();
        let param = params.find(|param| param.name.decodes_to_ignore_case(name))?;
        Some(param.value.unwrap_or_default().to_text_lossy())
    }

    /// Returns the operation.
    pub(super) fn operation<'o>(
        &self,
        request: &ReceivedRequest<'o>,
        comp: &'o str,
        is_of_account: bool,
    ) -> Operation<'o> {
        let deletetype = self.param("deletetype").unwrap_or_default();
        let message = self.object.strip_prefix("messages/").unwrap_or_default();
        Operation {
            has_version: self.param("versionid").is_some(),
            is_permanent: deletetype.eq_ignore_ascii_case("permanent"),
            sets_tags: sets_tags(request.headers.iter()),
            names_message: !message.is_empty(),
            peeks: self.param("peekonly").is_some_and(|value| value == "true"),
            is_batch: self.service == Service::Table && self.name.eq_ignore_ascii_case("$batch"),
            has_if_match: request.values("if-match").next().is_some(),
            is_of_account,
            ..Operation::new(self.service, self.level, request.method, comp)
        }
    }
}

/// Returns the service whose endpoint the request was sent to, and the path after the endpoint's.
fn find_service<'r>(
    account: &Account,
    request: &ReceivedRequest<'r>,
) -> Result<(Service, &'r str), VerifyError> {
    let mut host = String::new();
    if let Some(received) = request.host() {
        received.write(&mut host);
    }
    host.make_ascii_lowercase();
    let path = request.target.path;
    for service in Service::ALL {
        if let Some(rest) = account.endpoint_of(service).strip(&host, path) {
            return Ok((service, rest));
        }
    }
    for service in Service::ALL {
        if let Ok(secondary) = account.endpoint_of(service).secondary(account.name())
            && let Some(rest) = secondary.strip(&host, path)
        {
            return Ok((service, rest));
        }
    }
    Err(reject!(
        Resource,
        "the URL is not one of the account {}; set its endpoints",
        account.name()
    ))
}

/// Checks that the first slash of the path ends the name of a container, because the text of a SAS
/// would be that of another one.
fn check_container(name: &str, object: &str) -> Result<(), VerifyError> {
    if name.contains('/') {
        return Err(reject!(
            Request,
            "the name of the container has an escaped slash %2F; send a slash"
        ));
    }
    if name.is_empty() && !object.is_empty() {
        return Err(reject!(
            Request,
            "the path begins with two slashes, so that the name of the container is empty; send one"
        ));
    }
    Ok(())
}

fn decoded(text: &str) -> Result<Cow<'_, str>, VerifyError> {
    let text = Component::Encoded(text)
        .to_text()
        .ok_or_else(|| reject!(Request, "the path is not UTF-8"))?;
    if has_dot_segment(&text) {
        return Err(reject!(
            Request,
            "the path has a dot segment, which the service removes; send the path without it"
        ));
    }
    check_sas_text(ErrorKind::Url, "path", &text).map_err(|error| reject!(Request, "{error}"))?;
    Ok(text)
}
