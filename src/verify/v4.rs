//! Signature Version 4, from the server's side. What lives here: reading the authentication of a header or a query, and
//! the lists from which the canonical request is written. What does not: how it is written, which is `v4::canonical`'s.

use super::error::{VerifyError, refuse};
use super::query::Query;
use super::request::{Body, ReceivedRequest, Single};
use super::text::{
    Credential, Presented, SignedNames, access_key_id_of, check_names, decode, parse_decimal,
    place_of, split_decimal,
};
use super::{CoveredPayload, Generation, Scheme, Usual, Verifier};
use crate::credentials::Credentials;
use crate::encode::{Bare, Sink, Text, holds, is_in_lower, is_lower};
use crate::error::Quoted;
use crate::hash::sha256;
use crate::headers::{HostValue, front};
use crate::list::List;
use crate::request::{Header, Param, Path, sort};
use crate::signed::Signature;
use crate::timestamp::{Timestamp, date_of};
use crate::v4::{
    AWS4, CanonicalPath, CanonicalQuery, CanonicalRequest, CanonicalUri, EMPTY_SHA256, Payload,
    Place, S3_EXPRESS, Scope, SignedHeaders, UNSIGNED_PAYLOAD, check_content_sha256, hash_of,
    is_hash, signature, write_string_to_sign_of,
};
use alloc::borrow::Cow;
use core::time::Duration;

/// What the authentication says.
#[derive(Clone)]
pub(super) struct Claim<'a> {
    pub(super) scheme: Scheme,
    pub(super) identity: Identity<'a>,
    pub(super) signed_at: Timestamp,
    /// The same as it is signed: `20130524T000000Z`.
    time: Cow<'a, str>,
    /// Seconds; none in a header.
    expires: Option<u64>,
    pub(super) names: SignedNames<'a>,
    signed: Signed<'a>,
    token: Option<Text<'a>>,
    presented: Presented<'a>,
    rule: CanonicalUri,
    /// Whether the token stands outside of what is signed.
    token_apart: bool,
    /// The canonical query, if it stands in the URL just so.
    query: Option<&'a str>,
}

/// Who signed, and for where.
#[derive(Clone)]
pub(super) struct Identity<'a> {
    pub(super) access_key_id: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) service: Cow<'a, str>,
    /// Region and service, if they are those that nearly every request names.
    place: Option<&'a Place>,
}

/// What is signed of headers and body.
#[derive(Clone)]
struct Signed<'a> {
    /// Where the signed headers stand in the request, in canonical order; empty if `host` is signed alone.
    order: List<u16, 16>,
    /// The last line of the canonical request; none if it is the hash of the body that is at hand.
    payload: Option<&'a str>,
}

/// An authentication as it is read, before it is held against the request.
struct Authentication<'a> {
    scheme: Scheme,
    credential: Text<'a>,
    /// If the rest of the credential is as usual.
    access_key_id: Option<&'a str>,
    names: Text<'a>,
    presented: Text<'a>,
    signed_at: Timestamp,
    time: Cow<'a, str>,
    expires: Option<u64>,
    token: Option<Text<'a>>,
    /// That of S3 Express.
    session: Option<Text<'a>>,
    query: Option<&'a str>,
}

const AUTHORIZATION_PARTS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

/// The parameters of a presigned URL's authentication, as a query has them.
#[derive(Default)]
pub(super) struct Params<'a> {
    /// In the order of the dialect's names.
    found: [Option<Text<'a>>; 8],
    /// Whether one is there that a presigned URL has, and no other: algorithm, credential or signature.
    is_signed: bool,
    /// The first that is not there once, in its own letters.
    wrong: Option<Wrong<'a>>,
    /// Signing time and life in seconds, if they have been read already.
    time: Option<(Timestamp, u64)>,
    /// The access key id, if the rest of the credential is as usual.
    access_key_id: Option<&'a str>,
}

/// The names of the authentication's parameters.
static NAMES: [&str; 8] = AWS4.parameters.names();

/// A credential that a query goes on with, canonical, for the usual place, and for the date of the signing time that follows it.
struct UsualCredential<'a> {
    text: &'a str,
    access_key_id: &'a str,
    after: &'a str,
}

impl<'a> UsualCredential<'a> {
    /// What is known is compared, and only the access key id looked at.
    fn at_front(query: &'a str, place: &Place) -> Option<Self> {
        let id = Bare::Unreserved.run(query.as_bytes());
        let (access_key_id, rest) = query.split_at_checked(id).filter(|_| id > 0)?;
        let (date, rest) = rest.strip_prefix("%2F")?.split_at_checked(8)?;
        let after = rest.strip_prefix(&*place.encoded)?;
        let time = after.strip_prefix(AWS4.beginnings.date)?;
        let text = query.get(..query.len().saturating_sub(after.len()))?;
        (date == date_of(time)).then_some(UsualCredential {
            text,
            access_key_id,
            after,
        })
    }
}

/// Said only if the query turns out to be signed: under SigV2, `x-amz-security-token` is as it should be.
#[derive(Clone, Copy)]
enum Wrong<'a> {
    Spelled(&'a str, &'static str),
    Repeated(&'static str),
}

impl<'a> Params<'a> {
    /// Takes in what a query begins with, if that is the authentication as nearly every signer writes it: canonical, and in the order
    /// of the names, but for the signature and the token of S3 Express. Gives back the names of the signed headers, which are
    /// its end, and what follows.
    pub(super) fn read_in_order(
        &mut self,
        query: &'a str,
        usual: Option<&Usual>,
    ) -> Option<(Text<'a>, Option<&'a str>)> {
        let (bare, begin) = (Bare::Unreserved, &AWS4.beginnings);
        let rest = query.strip_prefix(begin.algorithm)?;
        let (algorithm, rest) = rest.split_at_checked(AWS4.algorithm.len())?;
        let from = rest.strip_prefix(begin.credential)?;
        let usual = usual.and_then(|usual| UsualCredential::at_front(from, &usual.place));
        let (credential, rest) = match &usual {
            Some(usual) => (Text::Wire(usual.text), usual.after),
            None => bare.split_canonical(from),
        };
        let (date, rest) = rest.strip_prefix(begin.date)?.split_at_checked(16)?;
        let moment = Timestamp::parse_amz_date(date)?;
        let from = rest.strip_prefix(begin.expires)?;
        let (seconds, rest) = split_decimal(from)?;
        let expires = from.get(..from.len().saturating_sub(rest.len()))?;
        let (token, rest) = match rest.strip_prefix(begin.security_token) {
            Some(rest) => {
                let (token, rest) = bare.split_canonical(rest);
                (Some(token), rest)
            }
            None => (None, rest),
        };
        let (names, rest) = bare.split_canonical(rest.strip_prefix(begin.signed_headers)?);
        let after = rest.strip_prefix('&');
        let is_whole = after.is_some() || rest.is_empty();
        let is_first = self.found.iter().all(Option::is_none);
        if algorithm != AWS4.algorithm || !is_whole || !is_first {
            return None;
        }
        self.found = [
            Some(Text::Plain(algorithm)),
            Some(credential),
            Some(Text::Plain(date)),
            Some(Text::Plain(expires)),
            token,
            Some(names),
            None,
            None,
        ];
        self.time = Some((moment, seconds));
        self.access_key_id = usual.map(|usual| usual.access_key_id);
        self.is_signed = true;
        Some((names, after))
    }

    /// Takes in the signature that a query ends in.
    pub(super) fn take_signature(&mut self, signature: &'a str) {
        self.take(6, AWS4.parameters.signature, Some(Text::Plain(signature)));
    }

    pub(super) fn see(&mut self, param: &Param<'a>) {
        // All of the names begin with this letter.
        let is_other = !matches!(param.name.raw().as_bytes(), [b'X' | b'x' | b'%', ..]);
        if is_other {
            return;
        }
        let known = |is: &dyn Fn(&str) -> bool| {
            let mut names = NAMES.iter().enumerate();
            names.find(|(_, name)| is(name))
        };
        let exactly = known(&|name| param.name.raw() == name);
        let Some((at, name)) = exactly.or_else(|| known(&|name| param.is_named(name))) else {
            return;
        };
        if self.wrong.is_none() && !param.is_exactly(name) {
            self.wrong = Some(Wrong::Spelled(param.name.raw(), name));
        }
        self.take(at, name, param.value);
    }

    /// Takes in the value of a parameter, by the place of its name.
    fn take(&mut self, at: usize, name: &'static str, value: Option<Text<'a>>) {
        let Some(slot) = self.found.get_mut(at) else {
            return;
        };
        // The algorithm, the credential and the signature.
        self.is_signed |= matches!(at, 0 | 1 | 6);
        if self.wrong.is_none() && slot.replace(value.unwrap_or_default()).is_some() {
            self.wrong = Some(Wrong::Repeated(name));
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        self.is_signed
    }
}

impl<'a> Authentication<'a> {
    /// Holds what was read against what is served here and what is there. The claim, which is large, is made where it
    /// stays.
    fn into_claim(
        self,
        verifier: &'a Verifier,
        request: &'a ReceivedRequest<'a>,
    ) -> Result<super::Claim<'a>, VerifyError> {
        let (scheme, names) = (self.scheme, SignedNames(self.names));
        let identity = Identity::of(verifier, &self)?;
        let token = one_token(scheme, &identity, self.token, self.session)?;
        let service = CanonicalUri::of_service(&identity.service);
        let token_apart = verifier.token_is_apart();
        let signed = Coverage {
            scheme,
            names,
            token_apart,
            is_s3: service == CanonicalUri::S3,
        };
        let signed = signed.of(verifier, request)?;
        Ok(super::Claim {
            verifier,
            request,
            generation: Generation::V4(Claim {
                scheme,
                identity,
                signed_at: self.signed_at,
                time: self.time,
                expires: self.expires,
                names,
                signed,
                token,
                presented: Presented(self.presented),
                rule: verifier.canonical_uri.unwrap_or(service),
                token_apart,
                query: self.query,
            }),
        })
    }
}

impl<'a> Claim<'a> {
    /// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
    pub(super) fn of_header(
        verifier: &'a Verifier,
        request: &'a ReceivedRequest<'a>,
        authorization: &'a str,
    ) -> Result<super::Claim<'a>, VerifyError> {
        let scheme = Scheme::V4Header;
        let parts = usual_parts(authorization);
        let [credential, names, presented] = parts.map_or_else(|| parts_of(authorization), Ok)?;
        let (signed_at, time) = header_date(request, scheme, names)?;
        let token = single(request, scheme, Single::SecurityToken)?;
        let session = single(request, scheme, Single::SessionToken)?;
        Authentication {
            scheme,
            credential: Text::Plain(credential),
            access_key_id: None,
            names: Text::Plain(names),
            presented: Text::Plain(presented),
            signed_at,
            time,
            expires: None,
            token: token.map(Text::Plain),
            session: session.map(Text::Plain),
            query: None,
        }
        .into_claim(verifier, request)
    }

    /// Reads `X-Amz-Algorithm=…&X-Amz-Credential=…` and the rest.
    pub(super) fn of_query(
        verifier: &'a Verifier,
        request: &'a ReceivedRequest<'a>,
        query: &Query<'a>,
    ) -> Result<super::Claim<'a>, VerifyError> {
        let scheme = Scheme::V4Query;
        let Params { found, wrong, .. } = &query.v4;
        match wrong {
            Some(Wrong::Spelled(raw, name)) => {
                return Err(refuse!(
                    Malformed,
                    scheme,
                    "the parameter {} should be written {name}",
                    Quoted(raw)
                ));
            }
            Some(Wrong::Repeated(name)) => {
                return Err(VerifyError::repeated_parameter(scheme, name));
            }
            None => {}
        }
        let missing = |at: usize| {
            let name = NAMES.get(at).copied().unwrap_or_default();
            VerifyError::missing_parameter(scheme, name)
        };
        let [
            algorithm,
            credential,
            date,
            expires,
            token,
            signed,
            presented,
            session,
        ] = *found;
        let algorithm = algorithm.ok_or_else(|| missing(0))?;
        let credential = credential.ok_or_else(|| missing(1))?;
        let date = date.ok_or_else(|| missing(2))?;
        let expires = expires.ok_or_else(|| missing(3))?;
        let signed = signed.ok_or_else(|| missing(5))?;
        let presented = presented.ok_or_else(|| missing(6))?;
        if !algorithm.stands_for(AWS4.algorithm) {
            return Err(refuse!(
                Scheme,
                scheme,
                "the algorithm {} is not supported: it should be {}",
                Quoted(algorithm.raw()),
                AWS4.algorithm
            ));
        }
        let known = query.v4.time;
        let time = decode(date).unwrap_or_default();
        let signed_at = match known {
            Some((signed_at, _)) => Some(signed_at),
            None => Timestamp::parse_amz_date(&time),
        };
        let Some(signed_at) = signed_at else {
            return Err(refuse!(
                Malformed,
                scheme,
                "X-Amz-Date is {}: it should look like 20130524T000000Z",
                Quoted(date.raw())
            ));
        };
        let seconds = match known {
            Some((_, seconds)) => Some(seconds),
            None => decode(expires).and_then(|text| parse_decimal(&text)),
        };
        let Some(seconds) = seconds.filter(|seconds| *seconds > 0) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "X-Amz-Expires is {}: it should be a number of seconds, at least 1",
                Quoted(expires.raw())
            ));
        };
        if seconds > verifier.longest_life.as_secs() {
            return Err(refuse!(
                ExpiryTooLong,
                scheme,
                "X-Amz-Expires is {seconds} seconds: at most {} are allowed",
                verifier.longest_life.as_secs()
            ));
        }
        for header in [Single::AmzDate, Single::SecurityToken, Single::SessionToken] {
            if request.single(header).is_some() {
                return Err(refuse!(
                    SignedTwice,
                    scheme,
                    "the request is signed in its query and has the header {} too",
                    header.name()
                ));
            }
        }
        let filled = |token: &Text<'_>| !token.raw().is_empty();
        // The signature is there once, so if it is last there is none before it.
        let all_signed = !(verifier.token_is_apart() && token.is_some());
        Authentication {
            scheme,
            credential,
            access_key_id: query.v4.access_key_id,
            names: signed,
            presented,
            signed_at,
            time,
            expires: Some(seconds),
            token: token.filter(filled),
            session: session.filter(filled),
            query: query.before_signature.filter(|_| all_signed),
        }
        .into_claim(verifier, request)
    }

    /// Checks the signing time, and the life of a URL.
    pub(super) fn check_time(&self, skew: Duration, now: Timestamp) -> Result<(), VerifyError> {
        let signed_at = self.signed_at;
        let scheme = self.scheme;
        let early = signed_at > now.saturating_add(skew);
        let Some(end) = self.expires_at() else {
            if early || now > signed_at.saturating_add(skew) {
                return Err(refuse!(
                    TimeSkew,
                    scheme,
                    "the request was signed at {signed_at} and it is {now}: more than {} seconds apart",
                    skew.as_secs()
                ));
            }
            return Ok(());
        };
        if early {
            return Err(refuse!(
                NotYetValid,
                scheme,
                "the request is not yet valid: it was signed at {signed_at} and it is {now}"
            ));
        }
        if now > end {
            return Err(refuse!(
                Expired,
                scheme,
                "the request has expired: it ended at {end} and it is {now}"
            ));
        }
        Ok(())
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        let life = Duration::from_secs(self.expires?);
        Some(self.signed_at.saturating_add(life))
    }

    pub(super) fn token(&self) -> Option<Text<'a>> {
        self.token
    }

    pub(super) fn presented(&self) -> &Presented<'a> {
        &self.presented
    }

    pub(super) fn signature(
        &self,
        request: &ReceivedRequest<'_>,
        credentials: &Credentials,
    ) -> Signature {
        self.with_canonical(request, |canonical| {
            signature(&self.scope(), credentials, canonical)
        })
    }

    pub(super) fn write_canonical_request(
        &self,
        request: &ReceivedRequest<'_>,
        sink: &mut impl Sink,
    ) {
        self.with_canonical(request, |canonical| canonical.write(sink));
    }

    pub(super) fn write_string_to_sign(&self, request: &ReceivedRequest<'_>, sink: &mut impl Sink) {
        self.with_canonical(request, |canonical| {
            write_string_to_sign_of(&self.scope(), canonical, sink);
        });
    }

    /// Compares the body with the hash that was signed.
    pub(super) fn check_payload(
        &self,
        request: &ReceivedRequest<'_>,
    ) -> Result<CoveredPayload, VerifyError> {
        let Some(line) = self.signed.payload else {
            return Ok(CoveredPayload::Checked);
        };
        if line == UNSIGNED_PAYLOAD {
            return Ok(CoveredPayload::Unsigned);
        }
        let Some(signed) = hash_of(line) else {
            return Ok(CoveredPayload::Streaming);
        };
        let is_body = match request.body {
            Body::Unknown => return Ok(CoveredPayload::Sha256(signed)),
            Body::Bytes(bytes) => sha256(bytes) == signed,
            Body::Sha256(hash) => hash == signed,
        };
        match is_body {
            true => Ok(CoveredPayload::Checked),
            false => Err(refuse!(
                PayloadMismatch,
                self.scheme,
                "the body's SHA-256 is not the one that was signed"
            )),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            time: &self.time,
            date: date_of(&self.time),
            region: &self.identity.region,
            service: &self.identity.service,
            place: self.identity.place,
            dialect: &AWS4,
        }
    }

    fn with_canonical<T>(
        &self,
        request: &ReceivedRequest<'_>,
        work: impl FnOnce(&CanonicalRequest<'_>) -> T,
    ) -> T {
        if let Some(query) = self.query {
            return self.with_query(request, CanonicalQuery::Written(query), work);
        }
        let names = &AWS4.parameters;
        let mut params = List::<Param<'_>, 24>::new();
        let query = request.query.filter(|query| !query.is_empty());
        for param in query.into_iter().flat_map(|query| query.split('&')) {
            let param = Param::from_wire(param);
            let is_apart = self.scheme == Scheme::V4Query
                && (param.is_named(names.signature)
                    || self.token_apart && param.is_named(names.security_token));
            if !is_apart {
                params.push(param);
            }
        }
        sort(params.as_mut_slice());
        self.with_query(request, CanonicalQuery::Of(params.as_slice()), work)
    }

    fn with_query<T>(
        &self,
        request: &ReceivedRequest<'_>,
        query: CanonicalQuery<'_>,
        work: impl FnOnce(&CanonicalRequest<'_>) -> T,
    ) -> T {
        let host = request.host().unwrap_or_default();
        let sent = request.headers.as_slice();
        let headers = match (self.signed.order.as_slice(), host) {
            ([], host) => SignedHeaders::of_host(host),
            (order, host) => {
                let authority = match host {
                    HostValue::Host(authority) => Some(authority),
                    _ => None,
                };
                let headers = order.iter().filter_map(|at| sent.get(usize::from(*at)));
                SignedHeaders::chosen(authority, headers)
            }
        };
        let own = match request.body {
            Body::Bytes(bytes) if self.signed.payload.is_none() => Payload::of(bytes),
            Body::Sha256(hash) if self.signed.payload.is_none() => Payload::Sha256(hash),
            _ => Payload::Empty,
        };
        let wire = Path::Wire(request.path);
        let path = match self.rule {
            CanonicalUri::S3 if request.path_is_canonical => CanonicalPath::Written(request.path),
            rule => CanonicalPath::Of(&wire, rule),
        };
        work(&CanonicalRequest {
            method: request.method,
            path,
            query,
            headers: &headers,
            written_names: match self.names.0 {
                Text::Plain(names) => Some(names),
                Text::Wire(_) => None,
            },
            payload: self.signed.payload.unwrap_or(own.text().as_str()),
        })
    }
}

/// The session token, which has a name of its own in the sessions of S3 Express. Elsewhere that name means nothing.
fn one_token<'a>(
    scheme: Scheme,
    identity: &Identity<'_>,
    token: Option<Text<'a>>,
    session: Option<Text<'a>>,
) -> Result<Option<Text<'a>>, VerifyError> {
    match (token, session.filter(|_| identity.service == "s3express")) {
        (Some(_), Some(_)) => Err(refuse!(
            Repeated,
            scheme,
            "the request has two session tokens: {} and {}",
            AWS4.parameters.security_token,
            S3_EXPRESS.parameters.security_token
        )),
        (token, session) => Ok(token.or(session)),
    }
}

impl<'a> Identity<'a> {
    /// Reads a credential, and checks it against the signing time and what is served here.
    fn of(verifier: &'a Verifier, read: &Authentication<'a>) -> Result<Self, VerifyError> {
        let (scheme, credential, date) = (read.scheme, read.credential, date_of(&read.time));
        let usual = verifier.usual.as_ref().and_then(|usual| {
            let id = match read.access_key_id {
                Some(id) => Cow::Borrowed(id),
                None => access_key_id_of(credential, date, &usual.place)?,
            };
            Some((usual, id))
        });
        if let Some((usual, access_key_id)) = usual {
            return Ok(Identity {
                access_key_id,
                region: Cow::Borrowed(&usual.region),
                service: Cow::Borrowed(&usual.service),
                place: Some(&usual.place),
            });
        }
        let Some(credential) = Credential::parse(credential) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "the credential {} should be ACCESS-KEY-ID/DATE/REGION/SERVICE/{}",
                Quoted(credential.raw()),
                AWS4.terminator
            ));
        };
        check_scope(verifier, scheme, &credential, date)?;
        Ok(Identity {
            access_key_id: credential.access_key_id,
            region: credential.region,
            service: credential.service,
            place: None,
        })
    }
}

/// What should be signed of headers and body.
struct Coverage<'a> {
    scheme: Scheme,
    names: SignedNames<'a>,
    token_apart: bool,
    is_s3: bool,
}

impl Coverage<'_> {
    /// Finds what is signed, and refuses what is not and has to be.
    #[inline]
    fn of<'a>(
        &self,
        verifier: &Verifier,
        request: &'a ReceivedRequest<'_>,
    ) -> Result<Signed<'a>, VerifyError> {
        // No request is without a host.
        let order = match self.names.0.stands_for("host") {
            true => {
                let headers = request.headers.as_slice().iter();
                let mut others = headers.filter(|header| !header.is_named("host"));
                others.try_for_each(|header| self.check_unsigned(header))?;
                List::new()
            }
            false => {
                let usual = self.usual_order(request);
                usual.map_or_else(|| self.order(request), Ok)?
            }
        };
        let payload = self.payload_line(verifier, request)?;
        Ok(Signed { order, payload })
    }

    /// The places of the signed headers among all headers, in the order of the names, which is the canonical one; those of one name
    /// as they were sent. The host of a URL has the place after the last.
    fn order(&self, request: &ReceivedRequest<'_>) -> Result<List<u16, 16>, VerifyError> {
        let scheme = self.scheme;
        let names = self.names.list();
        let names = names.as_slice();
        check_names(self.names, names, scheme)?;
        let Some(host) = names.iter().position(|name| name.stands_for("host")) else {
            return Err(refuse!(
                HeaderNotSigned,
                scheme,
                "the host header is not signed, which it has to be"
            ));
        };
        let sent = request.headers.as_slice();
        let mut found = List::<(usize, usize), 16>::new();
        for (at, header) in sent.iter().enumerate() {
            match place_of(names, header) {
                Some(place) => found.push((place, at)),
                None => self.check_unsigned(header)?,
            }
        }
        if let Some(HostValue::Host(_)) = request.host() {
            found.push((host, sent.len()));
        }
        found.as_mut_slice().sort_unstable();
        let found = found.as_slice();
        let is_there = |place| {
            found
                .binary_search_by_key(&place, |(place, _)| *place)
                .is_ok()
        };
        let mut names = names.iter().enumerate().rev();
        if let Some((_, name)) = names.find(|(place, _)| !is_there(*place)) {
            return Err(refuse!(
                SignedHeaderMissing,
                scheme,
                "the header {} is signed, but the request does not have it",
                Quoted(name.raw())
            ));
        }
        let mut order = List::new();
        order.extend(found.iter().map(|(_, at)| *at as u16));
        Ok(order)
    }

    /// The same for a request as nearly all are: few headers, each name that of just one of them, and none unsigned that has to be
    /// signed. None for another, which may have to be refused.
    fn usual_order(&self, request: &ReceivedRequest<'_>) -> Option<List<u16, 16>> {
        /// So many are looked through for each name faster than they are sorted.
        const FEW: usize = 32;
        let sent = request.headers.as_slice();
        let mut rest = match self.names.0 {
            Text::Plain(names) if sent.len() <= FEW && is_lower(names) => names,
            _ => return None,
        };
        let mut order = List::new();
        // A bit for each header.
        let mut signed = 0u32;
        let (mut before, mut has_host) = ("", false);
        loop {
            let end = rest.bytes().position(|byte| byte == b';');
            let (name, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
            // Most headers are told from the one that is looked for by their first bytes.
            let begins_with = front(name);
            let is_it = |header: &Header<'_>| {
                header.front() == begins_with
                    && is_in_lower(header.name.as_bytes(), name.as_bytes())
            };
            let at = sent.iter().position(is_it)?;
            if name <= before {
                return None;
            }
            signed |= 1 << at;
            order.push(at as u16);
            has_host |= name == "host";
            before = name;
            match after.strip_prefix(';') {
                Some(after) => rest = after,
                None => break,
            }
        }
        let headers = || sent.iter().enumerate();
        let is_signed = |at: usize| signed & (1 << at) != 0;
        // Another of the same name is signed, too.
        let is_another =
            |name: &str| headers().any(|(at, other)| is_signed(at) && other.is_named(name));
        let is_right = |(at, header): (usize, &Header<'_>)| {
            is_signed(at) || !is_another(header.name) && self.check_unsigned(header).is_ok()
        };
        (has_host && headers().all(is_right)).then_some(order)
    }

    /// Refuses a header that is not signed and has to be.
    fn check_unsigned(&self, header: &Header<'_>) -> Result<(), VerifyError> {
        let prefix = header.name.get(..AMZ.len());
        let is_amz = prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(AMZ));
        // The value of x-amz-content-sha256 is in the canonical request, as its last line, in any case.
        let excepted = || {
            header.is_named(AWS4.headers.content_sha256)
                || (self.token_apart && header.is_named(AWS4.headers.security_token))
        };
        match is_amz && !excepted() {
            true => Err(refuse!(
                HeaderNotSigned,
                self.scheme,
                "the header {} is there and is not signed, which x-amz-* headers have to be",
                Quoted(header.name)
            )),
            false => Ok(()),
        }
    }

    fn payload_line<'a>(
        &self,
        verifier: &Verifier,
        request: &'a ReceivedRequest<'_>,
    ) -> Result<Option<&'a str>, VerifyError> {
        let name = Single::ContentSha256.name();
        let is_s3 = self.is_s3;
        let line = match single(request, self.scheme, Single::ContentSha256)? {
            Some(given) => match check_content_sha256(given.as_bytes()) {
                Ok(given) => given,
                Err(error) => return Err(refuse!(Malformed, self.scheme, "{error}")),
            },
            None if is_s3 && self.scheme == Scheme::V4Header => {
                return Err(refuse!(
                    Missing,
                    self.scheme,
                    "the header {name} is missing, which S3 requires"
                ));
            }
            None if is_s3 => UNSIGNED_PAYLOAD,
            None => match request.body {
                Body::Unknown => EMPTY_SHA256,
                Body::Bytes(_) | Body::Sha256(_) => return Ok(None),
            },
        };
        let allowed = match line {
            UNSIGNED_PAYLOAD => verifier.unsigned_payload.unwrap_or(is_s3),
            text => is_hash(text) || verifier.streaming,
        };
        if !allowed {
            return Err(refuse!(
                PayloadNotAllowed,
                self.scheme,
                "the payload hash is {line}, which is not allowed here: it should be the SHA-256 of the body"
            ));
        }
        Ok(Some(line))
    }
}

const AMZ: &str = "x-amz-";

/// The scope of a credential against the signing time and what is served here.
pub(super) fn check_scope(
    verifier: &Verifier,
    scheme: Scheme,
    credential: &Credential<'_>,
    date: &str,
) -> Result<(), VerifyError> {
    let Credential {
        region, service, ..
    } = credential;
    if credential.terminator != AWS4.terminator {
        return Err(refuse!(
            Malformed,
            scheme,
            "the credential ends in {}: it should end in {}",
            Quoted(&credential.terminator),
            AWS4.terminator
        ));
    }
    if credential.date != date {
        return Err(refuse!(
            ScopeDate,
            scheme,
            "the credential's date is {}, but the request was signed on {}",
            Quoted(&credential.date),
            date
        ));
    }
    if !verifier.serves_region(region) {
        let expected = verifier.regions.first().map_or("", |region| region);
        return Err(refuse!(
            Region,
            scheme,
            "the region {} is wrong; expecting `{expected}`",
            Quoted(region)
        ));
    }
    if !verifier.serves_service(service) {
        let expected = verifier.services.first().map_or("", |service| service);
        return Err(refuse!(
            Service,
            scheme,
            "the service {} is wrong; expecting `{expected}`",
            Quoted(service)
        ));
    }
    Ok(())
}

/// Credential, signed headers and signature of an `Authorization` header in the form in which nearly every one comes.
fn usual_parts(authorization: &str) -> Option<[&str; 3]> {
    let rest = authorization.strip_prefix(AWS4.algorithm)?;
    let rest = rest.strip_prefix(" Credential=")?;
    let (rest, presented) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
    let rest = rest.strip_suffix(", Signature=")?;
    let comma = rest.bytes().position(|byte| byte == b',')?;
    let (credential, names) = rest.split_at_checked(comma)?;
    let parts = [
        credential,
        names.strip_prefix(", SignedHeaders=")?,
        presented,
    ];
    // Such a byte ends a part, or is taken from it.
    let is_end = |byte: &u8| matches!(byte, b',' | b' ' | b'\t');
    let are_whole = parts.iter().all(|part| !holds(part.as_bytes(), is_end));
    are_whole.then_some(parts)
}

/// The same in whatever order and with whatever space between.
fn parts_of(authorization: &str) -> Result<[&str; 3], VerifyError> {
    let scheme = Scheme::V4Header;
    let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if algorithm != AWS4.algorithm {
        return Err(refuse!(
            Scheme,
            scheme,
            "the algorithm {} is not supported: it should be {}",
            Quoted(algorithm),
            AWS4.algorithm
        ));
    }
    let mut found = [None; 3];
    for part in parts.split(',') {
        let part = part.trim_matches([' ', '\t']);
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let slot = AUTHORIZATION_PARTS.iter().zip(&mut found);
        let Some((_, slot)) = slot.into_iter().find(|(known, _)| **known == name) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "the Authorization header holds {}, which is no part of it: \
                 those are Credential, SignedHeaders and Signature",
                Quoted(name)
            ));
        };
        if slot.replace(value).is_some() {
            return Err(refuse!(
                Repeated,
                scheme,
                "the Authorization header has {name} more than once"
            ));
        }
    }
    match found {
        [Some(credential), Some(names), Some(presented)] => Ok([credential, names, presented]),
        _ => Err(refuse!(
            Malformed,
            scheme,
            "the Authorization header lacks one of Credential, SignedHeaders and Signature"
        )),
    }
}

/// The signing time of a request that is signed in a header: `x-amz-date`, or `Date` for want of it, which then has to be signed.
fn header_date<'a>(
    request: &ReceivedRequest<'a>,
    scheme: Scheme,
    names: &str,
) -> Result<(Timestamp, Cow<'a, str>), VerifyError> {
    let name = Single::AmzDate.name();
    if let Some(text) = single(request, scheme, Single::AmzDate)? {
        let Some(signed_at) = Timestamp::parse_amz_date(text) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "{name} is {}: it should look like 20130524T000000Z",
                Quoted(text)
            ));
        };
        return Ok((signed_at, Cow::Borrowed(text)));
    }
    let Some(text) = single(request, scheme, Single::Date)? else {
        return Err(refuse!(
            Missing,
            scheme,
            "the header {name} is missing, and Date too"
        ));
    };
    if !SignedNames(Text::Plain(names)).holds("date") {
        return Err(refuse!(
            HeaderNotSigned,
            scheme,
            "the header Date gives the signing time and is not signed"
        ));
    }
    let moment = Timestamp::parse_http_date(text).or_else(|| Timestamp::parse_amz_date(text));
    let written = moment.and_then(|moment| Some((moment, moment.amz_date().ok()?)));
    let Some((signed_at, time)) = written else {
        return Err(refuse!(
            Malformed,
            scheme,
            "the header Date is {}, which is no HTTP date",
            Quoted(text)
        ));
    };
    Ok((signed_at, Cow::Owned(time.as_str().into())))
}

/// The value of a header that can be there only once, trimmed.
pub(super) fn single<'a>(
    request: &ReceivedRequest<'a>,
    scheme: Scheme,
    single: Single,
) -> Result<Option<&'a str>, VerifyError> {
    let (first, name) = (request.single(single), single.name());
    if request.is_repeated(single) {
        return Err(refuse!(
            Repeated,
            scheme,
            "the header {name} is there more than once"
        ));
    }
    match first.map(|header| core::str::from_utf8(header.trimmed())) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(refuse!(
            Malformed,
            scheme,
            "the value of the header {name} is not UTF-8"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Coverage, NAMES, Query, Scheme, SignedNames, Text, Verifier, date_of, parts_of, usual_parts,
    };
    use crate::request::Param;
    use crate::verify::ReceivedRequest;
    use std::borrow::ToOwned as _;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    /// What is read in the usual form is what the general reading finds; all else is left to that.
    #[test]
    fn an_authorization_is_taken_apart_alike_in_both_ways() {
        let signature = "0123456789abcdef".repeat(4);
        let text = |parts: &str| format!("AWS4-HMAC-SHA256 {parts}");
        let usual = text(&format!(
            "Credential=A/B, SignedHeaders=date;host, Signature={signature}"
        ));
        let expected = ["A/B", "date;host", &*signature];
        assert_eq!(usual_parts(&usual), Some(expected));
        assert_eq!(parts_of(&usual).unwrap(), expected);
        for other in [
            format!("Credential=A/B,SignedHeaders=date;host,Signature={signature}"),
            format!("SignedHeaders=date;host, Credential=A/B, Signature={signature}"),
            format!("Credential=A/B , SignedHeaders=date;host , Signature={signature}"),
            format!("Credential=A/B, SignedHeaders=date;host\t, Signature={signature}"),
            format!(" Credential=A/B,  SignedHeaders=date;host, Signature={signature} "),
        ] {
            assert_eq!(usual_parts(&text(&other)), None, "{other}");
            assert_eq!(parts_of(&text(&other)).unwrap(), expected, "{other}");
        }
        for refused in [
            format!("Credential=A/B, SignedHeaders=host, Signature={signature},"),
            format!("Credential=A/B, SignedHeaders=host, x=1, Signature={signature}"),
            format!("Credential=A/B, SignedHeaders=host, Signature=,{signature}"),
            format!("Credential=A/B, Credential=A/B, SignedHeaders=host, Signature={signature}"),
        ] {
            assert_eq!(usual_parts(&text(&refused)), None, "{refused}");
            assert!(parts_of(&text(&refused)).is_err(), "{refused}");
        }
    }

    /// Whatever the order, and whatever stands between: each value is found, and what is canonical before the signature is seen.
    #[test]
    fn a_query_is_read_alike_in_any_order() {
        let verifier = Verifier::new("us-east-1", "s3");
        let signature = "X-Amz-Signature=".to_owned() + &"0123456789abcdef".repeat(4);
        let usual = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=A%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            "X-Amz-Date=20130524T000000Z",
            "X-Amz-Expires=60",
            "X-Amz-Security-Token=a%2Bb",
            "X-Amz-SignedHeaders=host%3Bx-amz-acl",
        ];
        let others = [
            "",
            "A=1",
            "partNumber=1",
            "x-id=GetObject",
            "X-Amz-Date=1",
            "X-Amz-Expires",
            "flag",
            "a=%7e",
            "X-Amz-S3session-Token=t",
            "X-Amz-A=1",
            "X-Amz-Z=",
        ];
        let values = [
            (0, "X-Amz-Algorithm=AWS4-HMAC-SHA512"),
            (1, "X-Amz-Credential=A/20130524/us-east-1/s3/aws4_request"),
            (
                1,
                "X-Amz-Credential=A%2F20130525%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=A%2F20130524%2Feu-west-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=A%2F20130524%2Fus-east-1%2Fs3%2Faws4_requests",
            ),
            (
                1,
                "X-Amz-Credential=A%2f20130524%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=A%2FB%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=A+B%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (
                1,
                "X-Amz-Credential=A%2F2013&a=4%2Fus-east-1%2Fs3%2Faws4_request",
            ),
            (2, "X-Amz-Date=20130524T000000z"),
            (2, "X-Amz-Date=20130524T0000000Z"),
            (3, "X-Amz-Expires=0060"),
            (3, "X-Amz-Expires=6%30"),
            (3, "X-Amz-Expires="),
            (3, "X-Amz-Expires=99999999999999999999"),
            (4, "X-Amz-Security-Token=a+b"),
            (5, "X-Amz-SignedHeaders=host;x-amz-acl"),
            (5, "x-amz-signedheaders=host"),
        ];
        let mut queries = Vec::new();
        for missing in 0..=usual.len() {
            let params: Vec<_> = (0..usual.len()).filter(|at| *at != missing).collect();
            let params: Vec<_> = params.into_iter().map(|at| usual[at]).collect();
            queries.push(params.clone());
            for other in others {
                for at in 0..=params.len() {
                    let mut with_other = params.clone();
                    with_other.insert(at, other);
                    queries.push(with_other);
                }
            }
            for at in 1..params.len() {
                let mut swapped = params.clone();
                swapped.swap(at - 1, at);
                queries.push(swapped);
            }
        }
        for (at, value) in values {
            let mut params = usual.to_vec();
            params[at] = value;
            queries.push(params);
        }
        let is_canonical = |param: &&str| {
            let mut written = String::new();
            Param::from_wire(param).write("", &mut written);
            written == **param
        };
        let (mut canonical, mut known) = (0, 0);
        for params in queries {
            let before = params.join("&");
            for text in [
                before.clone() + "&" + &signature,
                signature.clone() + "&" + &before,
                before.clone() + "&" + &signature[..signature.len() - 1],
                before.clone() + "&" + &signature.to_uppercase(),
                before.clone(),
            ] {
                let target = "/?".to_owned() + &text;
                let request = ReceivedRequest::new("GET", &target);
                let mut query = Query::default();
                query.read(request.query.unwrap(), verifier.usual.as_ref());
                let of_text: Vec<_> = text.split('&').map(Param::from_wire).collect();
                let named = |name| of_text.iter().filter(move |param| param.is_named(name));
                let is_wrong = NAMES.iter().any(|name| {
                    named(name).count() > 1 || named(name).any(|param| !param.is_exactly(name))
                });
                assert_eq!(query.v4.wrong.is_some(), is_wrong, "{text}");
                for (name, found) in NAMES.iter().zip(query.v4.found) {
                    let value = named(name)
                        .next()
                        .map(|param| param.value.unwrap_or_default());
                    let is_same = found.map(Text::raw) == value.map(Text::raw);
                    assert!(is_wrong || is_same, "{name} {text}");
                }
                if let Some(id) = query.v4.access_key_id.filter(|_| !is_wrong) {
                    let credential = query.v4.found[1].unwrap();
                    let date = date_of(query.v4.found[2].unwrap().raw());
                    let usual = "%2Fus-east-1%2Fs3%2Faws4_request";
                    assert_eq!(credential.raw(), format!("{id}%2F{date}{usual}"));
                    assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                    known += 1;
                }
                assert_eq!(
                    query.is_encoded,
                    text.split('&').all(|param| is_canonical(&param))
                );
                let is_sorted = params.is_sorted_by_key(|param| param.split_once('='));
                let is_ready =
                    text.ends_with(&*signature) && is_sorted && params.iter().all(is_canonical);
                assert_eq!(
                    query.before_signature,
                    is_ready.then_some(&*before),
                    "{text}"
                );
                canonical += usize::from(is_ready);
            }
        }
        assert!(canonical > 20 && known > 20, "{canonical} {known}");
    }

    /// What is found by name is what is found by sorting, and nothing that is refused is found.
    #[test]
    fn signed_headers_are_put_in_order_alike_in_both_ways() {
        let headers = ["Host", "x-amz-acl", "Accept", "X-Amz-Acl", "date", "x-amz"];
        let names = ["accept", "date", "host", "x-amz", "x-amz-acl"];
        let (mut found, mut refused) = (0, 0);
        for some in 0..1usize << names.len() {
            let is_in = |set: usize, at: usize| set & (1 << at) != 0;
            let chosen = (0..names.len()).filter(|at| is_in(some, *at));
            let chosen: Vec<_> = chosen.map(|at| names[at]).collect();
            let reversed: Vec<_> = chosen.iter().rev().copied().collect();
            let joined = chosen.join(";");
            for text in [
                format!("{joined};"),
                format!(";{joined}"),
                format!("{joined};{joined}"),
                joined.replace("host", "Host"),
                reversed.join(";"),
                joined,
            ] {
                let coverage = Coverage {
                    scheme: Scheme::V4Header,
                    names: SignedNames(Text::Plain(&text)),
                    token_apart: false,
                    is_s3: true,
                };
                for sent in 0..1usize << headers.len() {
                    let sent = (0..headers.len()).filter(|at| is_in(sent, *at));
                    let sent = sent.map(|at| (headers[at], "1"));
                    let request = ReceivedRequest::new("GET", "/").headers(sent);
                    let general = coverage.order(&request);
                    match (coverage.usual_order(&request), &general) {
                        (Some(usual), Ok(general)) => {
                            assert_eq!(usual.as_slice(), general.as_slice(), "{text}");
                            found += 1;
                        }
                        (Some(_), Err(error)) => panic!("{text}: {error}"),
                        (None, Err(_)) => refused += 1,
                        // Only what is repeated is left to the general way.
                        (None, Ok(_)) => {
                            assert_eq!(request.values("x-amz-acl").count(), 2, "{text}");
                            assert!(coverage.names.holds("x-amz-acl"), "{text}");
                        }
                    }
                }
            }
        }
        assert!(found >= 81 && refused > 1000, "{found} {refused}");
    }
}
