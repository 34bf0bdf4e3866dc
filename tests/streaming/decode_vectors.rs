//! Received bodies of other implementations, valid and invalid.

use crate::encode_vectors::{encode, sign};
use crate::received::{Decoded, decode};
use crate::support::{Pairs, sha256_hex};
use crate::vector_files::{EncodeCase, encode_cases, more_cases};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::verify::{ReceivedRequest, Verifier};

/// Verifies the request of a case, then its body.
fn decode_case(case: &EncodeCase, body: &[u8], piece: usize) -> Decoded {
    let (signed, _) = sign(case);
    let request = ReceivedRequest::from_url(&case.method, &case.url).unwrap();
    let own = case
        .headers
        .iter()
        .filter(|(name, _)| name == "x-amz-storage-class");
    let own = own.map(|(name, value)| (&**name, &**value));
    let request = request.headers(own).headers(signed.headers());
    let verifier = Verifier::new(&*case.signer.region, &*case.signer.service).allow_streaming();
    let credentials = case.signer.credentials();
    let verified = verifier
        .verify(&request, case.signer.time(), |_| Some(&credentials))
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    decode(
        verified.chunk_decoder(&credentials).unwrap(),
        body.chunks(piece),
    )
}

fn name(kind: presign::verify::VerifyErrorKind) -> &'static str {
    let name = kind.as_str();
    name.strip_prefix("body-").unwrap_or(name)
}

#[test]
fn bodies_of_other_implementations_are_decoded() {
    for case in encode_cases() {
        let (_, mut encoder) = sign(&case);
        let body = encode(&mut encoder, &case.data);
        assert_eq!(sha256_hex(&body), case.encoded_sha256);
        for piece in [body.len(), 1000, 7] {
            let (data, trailers) = decode_case(&case, &body, piece);
            assert!(data == case.data, "{}", case.name);
            let mut expected: Pairs = case.trailers.clone();
            for (name, value) in &mut expected {
                *name = name.to_lowercase();
                *value = value.trim().into();
            }
            expected.sort();
            assert_eq!(trailers.unwrap(), expected, "{}", case.name);
        }
    }
}

#[test]
fn received_bodies_have_their_verdict() {
    let requests = encode_cases();
    let cases = more_cases("decode");
    assert_eq!(cases.len(), 7);
    let mut rejected = 0;
    for case in cases {
        let id = format!("streaming-more.json, {}", case["id"]);
        let request = requests.iter().find(|request| request.name == id).unwrap();
        assert_eq!(case["seed_signature"], *request.seed_signature);
        let body = STANDARD
            .decode(case["body_base64"].as_str().unwrap())
            .unwrap();
        for piece in [body.len(), 100, 1] {
            let (data, trailers) = decode_case(request, &body, piece);
            let expected = &case["expected"];
            match trailers {
                Ok(trailers) => {
                    assert_eq!(expected["decoded_sha256"], sha256_hex(&data), "{id}");
                    let expected: Pairs =
                        serde_json::from_value(expected["trailers"].clone()).unwrap();
                    assert_eq!(trailers, expected, "{id}");
                }
                Err(error) => {
                    assert_eq!(expected["error"], name(error.kind()), "{id}: {error}");
                    rejected += 1;
                }
            }
        }
    }
    assert_eq!(rejected, 6 * 3);
}
