//! The catalogue of causes: one entry for each, with its name, an example, its text for people, and
//! the codes and words of servers that state it. If the words of two causes are in a message, the
//! cause that is listed first is found.
//!
//! A new cause is a new entry. If it changes the request, its transformation is a line in
//! `transformation.rs`.

use super::entry::{Entry, catalogue};
use core::fmt;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

catalogue! {
    /// The secret belongs to another access key.
    WrongSecret = "wrong-secret",
        "both sides have the same canonical request, but the signatures differ",
        "The secret may not be that of this access key. Copy it again. Check for a character that \
        was lost, and for other credentials that are found first (environment before profile).";
    /// The server doesn't know the access key.
    WrongAccessKey = "wrong-access-key",
        "`InvalidAccessKeyId`: the key was deleted, or belongs to another store",
        "The server doesn't know this access key: it was deleted, is inactive or mistyped, or \
        belongs to another account, partition (China, GovCloud) or store. Check that ID and \
        secret are not exchanged.",
        codes ["InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException",
            "AuthFailure", "NotSignedUp", "Unauthorized", "InvalidKey"],
        words ["credential access key has length", "no such key:", "malformed access key id",
            "access key id you provided does not exist",
            "security token included in the request is invalid", "unknown key"];
    /// The request was signed with the secret of another access key.
    OtherKeysSecret = "other-keys-secret",
        "the ID is from the environment, the secret from a profile",
        "The request names one access key, but was signed with the secret of another. Two sets of \
        credentials are mixed, such as one in the environment and one in a profile. Use ID and \
        secret of one set.";
    /// The secret was used with white space or quotation marks around it.
    WhitespaceInSecret = "whitespace-in-secret",
        "the secret was read from a file with its line break",
        "The secret was used with {}, as it is in a file, a variable or a secret store. Trim it \
        where it is read.";
    /// The request was signed for another region.
    WrongRegion = "wrong-region", "signed for `us-east-1`, but the bucket is in `eu-central-1`",
        "The request was signed for another region than that of the bucket or server. Sign for \
        the right region, and send the request to its endpoint. Other stores have regions, too: \
        MinIO `us-east-1` unless configured, Cloudflare R2 `auto`.",
        codes ["PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException",
            "InvalidRegion", "InvalidRegionName"],
        words ["the region '", "the region name '", "authentication region name",
            "region must be specified", "valid region", "region is wrong", "unexpected scope",
            "not a valid region", "addressed using the specified endpoint"];
    /// The request was signed for another service.
    WrongService = "wrong-service",
        "signed for `s3` and sent to API Gateway, which needs `execute-api`",
        "The credential scope names another service than the one that received the request. Use \
        the service's signing name: `s3` for buckets, `execute-api` for API Gateway, `es` for \
        OpenSearch.",
        words ["correct service", "incorrect service", "unknown service"];
    /// The clocks of signer and server differ.
    ClockSkew = "clock-skew", "signed at 12:00 by a clock that is an hour ahead",
        "{}; 15 minutes are allowed, 5 by some services. Synchronize the clock with NTP, sign in \
        UTC, and sign requests when they are sent, not when they are queued.",
        codes ["RequestTimeTooSkewed", "RequestInTheFuture"],
        words ["not yet current", "not yet valid", "signature expired",
            "request time and the current time", "date is too old",
            "request time and the server's time", "date header too old"];
    /// The URL or request has expired.
    Expired = "expired", "a link valid for an hour, opened the next day",
        "The URL was used after its expiration. Sign a new one, valid for longer if necessary (at \
        most seven days). Check for caches and queues that return old URLs, and for a slow clock \
        where URLs are signed.",
        codes ["RequestExpired", "ExpiredRequest"],
        words ["request has expired", "url expired", "url has expired", "policy expired",
            "signature not valid in the specified time frame", "after signed start time"];
    /// The URL would be valid for longer than is allowed.
    ExpiryTooLong = "expiry-too-long", "`X-Amz-Expires=604801`",
        "The URL's expiration is not allowed: SigV4 allows 1 second to 7 days, and SigV2 has it in \
        Unix seconds. For longer access, link to a page that signs a new URL for each visit.",
        words ["less than a week", "604800", "should be seconds since epoch"];
    /// The temporary credentials have expired.
    CredentialsExpired = "credentials-expired",
        "a link valid for a day, signed with a session that expired after an hour",
        "The temporary credentials have expired, and with them every URL that they signed, \
        whatever its expiration. Sign with fresh credentials; sign URLs that are valid for long \
        with a long-term key.",
        codes ["ExpiredToken", "ExpiredTokenException"],
        words ["token has expired", "token included in the request is expired"];
    /// The request was sent with another method.
    Method = "method", "HEAD on a link for GET; POST where PUT was signed",
        "The request was signed for {}. A signature is valid for one method: sign a second URL \
        for HEAD, upload with PUT rather than POST, and follow no redirect that changes the \
        method. A browser's preflight is OPTIONS, which a server should answer unsigned.";
    /// The path was percent-encoded twice.
    PathEncodedTwice = "path-encoded-twice", "signed `/a%20b`, seen `/a%2520b`",
        "The path was percent-encoded twice on one side. S3 wants it encoded once: sign with the \
        service `s3`, pass the key unencoded, and send the signed URL unchanged. Signers of other \
        services encode it twice.";
    /// A character of the path was not percent-encoded, or was encoded in another way.
    PathNotEncoded = "path-not-encoded",
        "signed `/a%2Bb`, seen `/a%20b`; a `#` in the key that ends the URL",
        "The two sides encode the path in different ways. The canonical encoding keeps letters, \
        digits and `-._~/`, and writes every other byte as %XX with uppercase digits: a space as \
        %20, `+` as %2B, `#` as %23. Sign and send the path in that encoding.";
    /// The path is in another Unicode form.
    UnicodeForm = "unicode-form", "`é` as one character, and as `e` with an accent",
        "The paths look the same, but differ in their Unicode form. NFC has an accented letter as \
        one character; NFD, as in macOS file names, has letter and accent. Use the exact bytes of \
        the stored key on both sides.";
    /// `//`, `.` or `..` was removed from the path.
    PathNormalized = "path-normalized", "signed `/a//b`, seen `/a/b`",
        "A client or proxy removed `//`, `/./`, `/../` or the last slash from the path, or added \
        a slash. In S3 they are part of the key. Send the path unchanged (curl --path-as-is; nginx: merge_slashes off, and \
        proxy_pass without a path), or choose other keys. For services other than S3 the signer \
        has to remove them.";
    /// A slash before the key was added or removed.
    LeadingSlash = "leading-slash", "signed `//a.txt`, seen `/a.txt`",
        "Only one side has an extra slash before the key. A key starts with a slash only if it \
        was stored that way: pass it as `photos/a.jpg`. If it does start with one, check that the \
        client doesn't merge `//`.";
    /// The start of the path was added or removed.
    PathPrefix = "path-prefix", "signed `/a.txt`, seen `/storage/a.txt`",
        "The start of the path was added or removed: by a proxy under a sub-path, a stage name of \
        API Gateway, or a base path of the endpoint that was not signed. Sign the path that the \
        server receives.";
    /// The request was sent with another path.
    PathChanged = "path-changed", "signed `/a.txt`, seen `/b.txt`",
        "The server saw another path than the signed one: the URL was changed, its letters have \
        another case, or a proxy rewrites paths. Sign the path that the server receives.";
    /// The bucket is in the host on one side and in the path on the other.
    AddressingStyle = "addressing-style", "signed `bucket.host/key`, seen `host/bucket/key`",
        "One side has the bucket in the host (virtual-hosted style), the other in the path (path \
        style) or twice. Choose the endpoint's addressing style, and name the bucket once. A \
        store that finds the bucket in the host has to know its own domain (MINIO_DOMAIN, \
        rgw_dns_name).",
        codes ["PathStyleDomainForbidden", "SecondLevelDomainForbidden"],
        words ["virtual hosted style", "virtual-hosted style", "virtual-styled domain"];
    /// The server saw another host.
    HostRewritten = "host-rewritten", "signed `minio`, seen `localhost`",
        "The server saw another Host header than the signed one. A proxy or gateway rewrote it, \
        or the URL was signed for a name inside a network and opened with another. Sign for the \
        host that clients use, or let the proxy forward the Host header (nginx: proxy_set_header \
        Host $http_host).";
    /// The server saw another port.
    PortDiffers = "port-differs", "signed `localhost:9000`, seen `localhost:9001`",
        "The server saw another port, as behind a published container port or a proxy. Sign for \
        the address that clients use, or let the proxy forward the Host header (nginx: \
        proxy_set_header Host $http_host).";
    /// Only one side has the default port in its host.
    DefaultPort = "default-port", "signed `example.com:443`, seen `example.com`",
        "Only one side has the default port in its host. Clients omit it from the Host header (80 \
        with http, 443 with https). Sign without it, and let the proxy forward the Host header \
        unchanged.";
    /// The request was signed for http and sent over https, or the reverse.
    UrlScheme = "url-scheme", "signed for http, seen with the port of https",
        "One side has the default port of the other scheme in its host: the URL was signed for \
        http and sent over https, or the reverse. Sign for the scheme that clients use; behind a \
        proxy that terminates TLS, it is https.",
        codes ["AuthorizationProtocolMismatch"];
    /// A signed header was not sent.
    HeaderNotSent = "header-not-sent", "`Content-Type` is signed, but the browser sends none",
        "The header {} was signed, but not sent. Send it with exactly the signed value, or sign \
        without it. A proxy or CDN may drop it on the way.",
        words ["is listed in signed headers", "included in signedheaders, but not in the request"];
    /// A signed header was sent with another value.
    HeaderChanged = "header-changed", "signed `text/plain`, seen `text/plain; charset=utf-8`",
        "The header {} arrived with another value than the signed one. Libraries set their own \
        Content-Type or append `; charset=…`, retries change dates, and proxies fold white space. \
        CDNs set Accept-Encoding, X-Forwarded-For and headers of their own anew, so don't sign \
        those. Send exactly the signed value, or sign the one that is sent.";
    /// A header that must be signed was sent unsigned.
    HeaderNotSigned = "header-not-signed", "an `x-amz-acl` that was not signed",
        "The header {} was sent, but not signed; an SDK, a browser or a proxy may have added it. \
        All x-amz-* headers have to be signed, and under SigV2 Content-Type, too. Sign it, or \
        don't send it.",
        words ["which were not signed", "must be included in signature"];
    /// A query parameter was added after signing.
    ParameterAdded = "parameter-added", "`utm_source=…` at the end of a link",
        "The parameter {} was added after signing: by the page, a tracker (utm_…), a cache \
        buster, a form or an SDK (x-id). Sign it, too, or remove it.";
    /// A signed query parameter was not received.
    ParameterDropped = "parameter-dropped", "a CDN that doesn't forward the query",
        "The parameter {} was signed, but did not arrive: a client, proxy or CDN removed it. \
        Configure it to forward the query unchanged.";
    /// A query parameter was received with another value.
    ParameterChanged = "parameter-changed", "another `versionId`",
        "The parameter {} arrived with another value than the signed one. Sign the URL again \
        after changing a value.";
    /// A query parameter was received in another encoding.
    ParameterReencoded = "parameter-reencoded", "`+` for a space; `%7E` for `~`; `%2f` for `%2F`",
        "The parameter {} has the same value in another encoding. A space is %20 and a plus %2B; \
        form encoding writes `+` for a space, and a second encoding %2520. Send the URL \
        unchanged, or use an encoder for URIs.";
    /// The parameters were received in another order, which is harmless.
    ParametersReordered = "parameters-reordered", "sorted by a CDN; harmless",
        "The parameters arrived in another order, as some CDNs and proxies send them. This is \
        harmless, because the server sorts them before it checks. The cause is another one.";
    /// The query ends at its first `&`.
    QueryCut = "query-cut", "a URL without quotation marks in a shell",
        "The server received only the start of the query. A shell cuts a URL at `&`: put it in \
        quotation marks. A program that builds another URL with it has to encode it.",
        words ["requires the x-amz-algorithm", "query-string authentication requires",
            "cannot be used for anonymous"];
    /// The request that was sent has no signature at all.
    NoAuthentication = "no-authentication",
        "a proxy that drops the query and the `Authorization` header",
        "The request arrived without a signature: neither its query nor an Authorization header \
        has one. Find the client, proxy or CDN that drops them; a redirect to another host drops \
        the header.",
        codes ["MissingAuthenticationToken", "MissingAuthenticationTokenException", "MissingKey",
            "NoAuthenticationInformation", "PublicAccessNotPermitted"],
        words ["anonymous caller does not have", "does not support anonymous access",
            "anonymous access is forbidden", "anonymous users", "missing key-pair-id",
            "missing authentication token", "signature is required"];
    /// The session token is missing.
    TokenMissing = "token-missing", "an `ASIA…` key without a session token",
        "The access key is temporary (ASIA…) or the token was signed, but the request arrived \
        without a session token. Pass the token to the signer (AWS_SESSION_TOKEN), and send what \
        was signed.";
    /// The session token is another one.
    TokenChanged = "token-changed", "the token of other credentials",
        "The session token is truncated, changed, or belongs to another access key. Key, secret \
        and token belong together. Check for a token that is left over from other credentials, \
        and for a `+` of the token that was sent unencoded (%2B).",
        codes ["InvalidToken"],
        words ["provided token is malformed"];
    /// The session token was added after signing.
    TokenAdded = "token-added", "the token was appended to a signed URL",
        "A session token was added after signing, so the server expects it in the signature. Sign \
        with the token; only a few services, such as AWS IoT, want it appended.";
    /// The session token is not valid in the region.
    TokenRegion = "token-region",
        "a token of the global endpoint of STS, used in `ap-east-1`",
        "The session token is not valid in this region. Tokens of STS's global endpoint are valid \
        only in the regions that every account has, and not with SigV4a. Get the token from a \
        regional endpoint (AWS_STS_REGIONAL_ENDPOINTS=regional), and check that the region is \
        enabled in the account.",
        words ["sts token version"];
    /// The body is another one.
    PayloadChanged = "payload-changed", "a body other than the hashed one",
        "The body that arrived doesn't have the signed hash: it was changed, encoded or \
        compressed after hashing, lost on a redirect or retry, or hashed as empty. Hash exactly \
        the bytes that are sent.",
        codes ["XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest"],
        words ["content-sha256 you specified did not match", "did not match calculated checksum",
            "content-md5 you specified did not match"];
    /// `UNSIGNED-PAYLOAD` on one side, and a hash on the other.
    PayloadUnsigned = "payload-unsigned", "`UNSIGNED-PAYLOAD` where the server needs a hash",
        "One side signed UNSIGNED-PAYLOAD, the other a hash of the body. A presigned URL for S3 \
        is signed with UNSIGNED-PAYLOAD unless x-amz-content-sha256 is sent. Most other services \
        need the hash.";
    /// The date of the credential scope differs from that of the signing time.
    ScopeDate = "scope-date", "a scope that was kept past midnight",
        "The date in the credential scope differs from that of X-Amz-Date: a scope or signing key \
        was kept past midnight UTC, or one of the two is in local time. Derive both from the same \
        moment.",
        words ["date in credential scope", "credential date", "invalid credential date"];
    /// The server accepts SigV4a only.
    SigV4aNeeded = "sigv4a-needed", "a SigV4 URL for a multi-region access point",
        "The server accepts only SigV4a, the signature for several regions. Multi-region access \
        points need it. Sign with SigV4a and a region set that includes the server's region.",
        words ["aws4-ecdsa-p256-sha256", "sigv4a"];
    /// The server doesn't accept SigV2.
    SigV2NotTaken = "sigv2-not-taken", "a SigV2 link for `eu-central-1`",
        "The request is signed with SigV2, which this server, region or object doesn't accept. \
        AWS regions opened since 2014, buckets created since 2020 and objects under KMS keys \
        require SigV4. Sign with SigV4 (boto3: signature_version='s3v4').",
        codes ["SignatureVersionNotSupported"],
        words ["authorization mechanism you have provided is not supported",
            "require aws signature version 4", "sigv2 authorization is not supported",
            "bucket is not authorized", "please use aws4-hmac-sha256"];
    /// The URL is signed in a way that this server doesn't know.
    OtherScheme = "other-scheme", "a CloudFront URL that is sent to S3",
        "The URL is signed for CloudFront or Azure, and was sent to a server that reads \
        AWS signatures. Send it to the host for which it was made, or sign it with an AWS access \
        key.";
    /// The request has more than one signature.
    SignedTwice = "signed-twice", "a presigned URL, sent with an `Authorization` header",
        "The request has more than one signature. A presigned URL was signed again, or was sent \
        with an Authorization header: by an SDK, the default headers of an HTTP client, or a \
        proxy. Send the URL alone.",
        words ["only one auth mechanism"];
    /// The signature is truncated.
    SignatureTruncated = "signature-truncated", "a URL that was cut off in a mail",
        "The signature arrived truncated: the URL was too long for a field, a mail or a log, or \
        was not selected to its end. Copy the whole URL.";
    /// A `+` of the signature became a space.
    SignaturePlus = "signature-plus", "the `+` of a SigV2 signature became a space",
        "A `+` of the signature arrived as a space, because it was not encoded in the URL. Encode \
        it as %2B.";
    /// The signature is not the one that was made.
    SignatureChanged = "signature-changed", "the signature of another URL",
        "The signature that arrived is not the one that was made: it belongs to another URL, or \
        something changed it. Send the URL unchanged.";
    /// The key was sent in place of a signature.
    KeyAsSignature = "key-as-signature", "`SharedKey myaccount:` with the account key behind it",
        "The request has a key where its signature should be. Compute the signature with the key, \
        and send only the signature. The key was sent to the server: replace it, if others could \
        read the request.";
    /// `&amp;` in place of `&`.
    HtmlEscaped = "html-escaped", "`&amp;` for `&`; `=3D` for `=`",
        "The URL was sent with `&amp;` in place of `&`, as in HTML source. Unescape it once, or \
        insert it into the page with a tool that does.";
    /// A line break or a space in the URL.
    LineBreak = "line-break", "a URL that was wrapped",
        "The URL contains a line break or a space. Copy it from a source that doesn't wrap lines, \
        and encode a space as %20.";
    /// Punctuation behind a parameter of the signature.
    TrailingText = "trailing-text", "the `)` of a sentence at the end of the URL",
        "Punctuation around the URL became part of it. Copy the URL alone.";
    /// The whole URL was percent-encoded again.
    UrlEncodedTwice = "url-encoded-twice", "`%252F` in `X-Amz-Credential`",
        "The URL was percent-encoded once more after signing. Send it as it was signed.";
    /// A part of the authentication is missing or invalid.
    Malformed = "malformed", "a parameter that is missing or invalid",
        "The server could not parse the authentication: {}",
        codes ["AuthorizationHeaderMalformed", "AuthorizationQueryParametersError",
            "IncompleteSignature", "IncompleteSignatureException", "MissingSecurityHeader",
            "InvalidSecurity", "MalformedPolicy", "MalformedSignature",
            "InvalidAuthenticationInfo", "MalformedSecurityHeader"],
        words ["is mal-formed", "header is malformed", "has a malformed header",
            "signature fields not well formed", "is mandatory. cannot be empty",
            "missing required header", "requires existence of either",
            "requires a valid date", "missing equal-sign", "or a valid sha256 value"];
    /// The server doesn't accept a body in signed chunks, or with a checksum behind it.
    StreamingNotTaken = "streaming-not-taken",
        "`STREAMING-UNSIGNED-PAYLOAD-TRAILER`, sent to a store that knows no trailers",
        "The body was sent in signed chunks (aws-chunked), with a checksum that many stores don't \
        support. The AWS SDKs do so by default since 2025. Set \
        AWS_REQUEST_CHECKSUM_CALCULATION=when_required, or sign the payload as a whole \
        (AWS SDK for .NET: DisablePayloadSigning).",
        codes ["MalformedTrailer", "MalformedTrailerError"],
        words ["streaming-aws4", "streaming-unsigned-payload", "streaming trailer", "aws-chunked",
            "aws chunked",
            "header 'x-amz-checksum-", "header 'x-amz-sdk-checksum-", "x-amz-decoded-content-length"];
    /// The form violates its policy.
    Policy = "policy", "a form field without a condition; a file that is too large",
        "The form violates its policy. Every field except those of the signature needs a \
        condition, every condition its field with the signed value, and the file a size within \
        content-length-range.",
        codes ["EntityTooLarge", "EntityTooSmall", "InvalidPolicyDocument"],
        words ["invalid according to policy", "extra input fields", "list of policy conditions",
            "list of conditions", "policy condition", "invalid policy"];
    /// The form is not built as S3 reads it.
    FormFields = "form-fields", "a file before the other fields; a body that isn't multipart",
        "The form is not built as the server reads it. Send multipart/form-data with all fields \
        first, among them `key`, and one file last, in a field named `file`. Fields behind the \
        file are ignored.",
        codes ["MaxPostPreDataLengthExceeded", "MalformedPOSTRequest"],
        words ["check the order of the fields", "post requires exactly one file",
            "must contain a field named", "multipart/form-data",
            "fields preceeding the upload file", "enclosure-type"];
    /// The signature is right, but its identity may not do this.
    Permission = "permission", "a bare `AccessDenied`",
        "The server states no fault of the signature, so the identity that signed lacks the \
        permission: for this action, object or encryption key (KMS), without Requester Pays, or \
        with a denial of the bucket's policy or network. Check the policies of the identity and \
        the bucket.",
        codes ["AccessDenied", "Forbidden", "AllAccessDisabled", "AccountProblem",
            "AuthorizationFailure", "AuthorizationPermissionMismatch",
            "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch",
            "AuthorizationSourceIPMismatch", "KeyBasedAuthenticationNotPermitted"],
        words ["not authorized to perform", "is not authorized", "requester pays", "access denied",
            "signed resource is not allowed"];
    /// The browser's request is not allowed by the CORS rules.
    Cors = "cors", "a bucket without a rule for PUT",
        "This is not about the signature: no CORS rule of the bucket allows the page's origin, \
        method and headers. Add a rule.",
        codes ["AccessForbidden"],
        words ["cors", "access-control-allow-origin", "xmlhttprequest cannot load",
            "response for preflight", "response to preflight"];
    /// The object or bucket doesn't exist.
    NotFound = "not-found", "`NoSuchKey`",
        "This is not about the signature: the object, version, upload or bucket doesn't exist. \
        Check the key, character by character, and the bucket.",
        codes ["NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NoSuchVersion", "BlobNotFound",
            "ContainerNotFound", "ResourceNotFound"],
        words ["specified key does not exist", "specified bucket does not exist"];
    /// A proxy or CDN answered, not the server.
    Proxy = "proxy", "a page of nginx or Cloudflare",
        "The answer is a page of a proxy, firewall or CDN, so the request may not have reached \
        the server. Look into its log.",
        words ["<html", "<!doctype html", "cloudflare ray id", "generated by cloudfront"];
    /// The server states another error.
    OtherError = "other-error", "an unknown code",
        "The server answers: {}. This is not known as an error of the signature; look the code up \
        in the server's documentation.";
}
