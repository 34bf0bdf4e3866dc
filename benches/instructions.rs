mod support;
use presign::{Request, v4};
use support::*;
fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let bucket = bucket();
    let case = Downloads::short();
    let up = Upload::new();
    let links = bucket
        .operation("GET")
        .links(&case.credentials, DAY, now())
        .unwrap();
    let op = Upload::operation(&bucket);
    let signer = v4::Signer::new(case.credentials.clone(), REGION, "s3").unwrap();
    let mut url = String::with_capacity(4096);
    let calls: usize = std::env::args()
        .nth(2)
        .map_or(2000, |calls| calls.parse().unwrap());
    for _ in 0..calls {
        url.clear();
        match mode.as_str() {
            "links" => links.write("test.txt", &mut url).unwrap(),
            "op" => bucket
                .get("test.txt")
                .presign_into(&case.credentials, DAY, now(), &mut url)
                .unwrap(),
            "signer" => signer
                .presign_into(
                    &Request::get("https://examplebucket.s3.amazonaws.com/test.txt"),
                    DAY,
                    now(),
                    &mut url,
                )
                .unwrap(),
            "sign" => drop(op.sign(&up.credentials, up.payload, now()).unwrap()),
            _ => {}
        }
    }
}
