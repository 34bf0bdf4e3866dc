//! Any access key, token and scope is accepted or an error, and is never displayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Credentials, ErrorKind, Expiry, Identity, Payload, Timestamp, v2, v4};
use presign_fuzz::{crypto, signing};
use std::time::Duration;

/// A text that a message doesn't contain by chance, unlike short texts of the input.
const CANARY: &str = "S3CR3T";

fuzz_target!(|input: (bool, [&str; 5], Option<Timestamp>, Timestamp)| {
    let (has_canary, [id, secret, token, region, service], expiration, now) = input;
    let with_canary = |text: &str| {
        if has_canary {
            format!("{CANARY}{text}{CANARY}")
        } else {
            text.to_owned()
        }
    };
    let (secret, token) = (&*with_canary(secret), &*with_canary(token));
    let is_public = [id, region, service].concat().contains(CANARY);
    let check_hidden = |shown: String| assert!(is_public || !shown.contains(CANARY), "{shown:?}");
    let keys = match Credentials::new(id, secret).and_then(|keys| keys.with_session_token(token)) {
        Ok(keys) => keys,
        Err(error) => return check_hidden(format!("{error} {error:?}")),
    };
    let keys = match expiration {
        Some(expiration) => keys.with_expiration(expiration),
        None => keys,
    };
    assert_eq!(keys.identity().access_key_id(), id);
    assert_eq!(keys.identity().expiration(), expiration);
    check_hidden(format!("{keys:?} {:?}", keys.identity()));

    let hour = Expiry::from(Duration::from_secs(3600));
    let at_most_hour = Expiry::at_most(Duration::from_secs(3600));
    let rest = v2::Service::s3();
    let request = rest.get("https://example.com/");
    match signing::presign(&request, (&keys, secret), hour, now) {
        Ok(signed) => check_hidden(format!("{:?}", signed.result)),
        Err(error) => check_hidden(format!("{error}")),
    }
    if let Err(error) = signing::sign(&request, (&keys, secret), now) {
        check_hidden(format!("{error}"));
    }
    let service = match v4::Service::new(region, service) {
        Ok(service) => service,
        Err(error) => return check_hidden(format!("{error}")),
    };
    check_hidden(format!("{service:?}"));
    let request = service.get("https://example.com/");
    for expiry in [hour, at_most_hour] {
        match signing::presign(&request, (&keys, secret), expiry, now) {
            Ok(signed) => {
                let url = signed.result;
                check_hidden(format!("{url:?}"));
                assert!(url.expires_at() <= now.saturating_add(Duration::from_secs(3600)));
                assert!(expiration.is_none_or(|expiration| url.expires_at() <= expiration));
            }
            Err(error) => check_hidden(format!("{error}")),
        }
    }
    let request = request.payload(Payload::Empty);
    if let Err(error) = signing::sign(&request, (&keys, secret), now) {
        check_hidden(format!("{error}"));
    }

    // A remote key needs only the identity, and other credentials are rejected.
    let identity = Identity::hmac(id).and_then(|identity| identity.with_session_token(token));
    let identity = identity.unwrap();
    check_hidden(format!("{identity:?}"));
    let Ok(unsigned) = request.prepare_headers(&identity, now) else {
        return;
    };
    check_hidden(format!("{unsigned:?}"));
    let signature = crypto::remote_signature(&unsigned, secret);
    let signed = unsigned.finish(&signature).unwrap();
    let expected = request.sign(&keys, now).unwrap();
    assert!(signed.headers().eq(expected.headers()));
    check_hidden(format!("{signed:?}"));
    let other = Credentials::new("AKIDOTHER", secret).unwrap();
    if id != "AKIDOTHER" || !token.is_empty() {
        let unsigned = request.prepare_headers(&identity, now).unwrap();
        let error = unsigned.sign_with(&other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        check_hidden(format!("{error}"));
    }
    let unsigned = request.prepare_headers(&identity, now).unwrap();
    let error = unsigned.finish(&signature[1..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature);
});
