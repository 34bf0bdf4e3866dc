//! How much of a request is read. What lives here: the limits, and the check of them. What does not: any other check.

use super::error::{VerifyError, refuse};
use super::request::ReceivedRequest;

/// Bytes of a request's target, and of one header with its name. S3 takes 8 KB of target and headers together; an Application
/// Load Balancer takes [16 K of each](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html).
pub(crate) const MOST_TARGET: usize = 16 * 1024;

/// Bytes of all headers, with their names: an Application Load Balancer's 64 K.
const MOST_HEADERS: usize = 64 * 1024;

/// Headers, in number. As many as can stand in the 8 KB of S3 if each is `x-amz-meta-a: 1`, and some.
const MOST_HEADER_COUNT: usize = 512;

/// Bytes of a form's fields before its file: "The form data and boundaries (excluding the contents of the file) cannot exceed
/// 20 KB" ([POST Object](https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html)).
pub(crate) const MOST_FORM_DATA: usize = 20 * 1024;

/// Refuses a request that is larger than any that AWS takes, before anything in it is looked at.
pub(super) fn check(request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
    let query = request
        .query
        .map_or(0, |query| query.len().saturating_add(1));
    let target = request.path.len().saturating_add(query);
    if target > MOST_TARGET {
        return Err(refuse!(
            TooLarge,
            None,
            "the target of the request has {target} bytes, and {MOST_TARGET} are allowed"
        ));
    }
    let headers = request.headers.as_slice();
    if headers.len() > MOST_HEADER_COUNT {
        return Err(refuse!(
            TooLarge,
            None,
            "the request has {} headers, and {MOST_HEADER_COUNT} are allowed",
            headers.len()
        ));
    }
    let mut total = request
        .authority
        .map_or(0, |authority| authority.host.len());
    for header in headers {
        let size = header.name.len().saturating_add(header.value.len());
        if size > MOST_TARGET {
            return Err(refuse!(
                TooLarge,
                None,
                "a header of the request has {size} bytes, and {MOST_TARGET} are allowed"
            ));
        }
        total = total.saturating_add(size);
    }
    match total > MOST_HEADERS {
        true => Err(refuse!(
            TooLarge,
            None,
            "the headers of the request have {total} bytes, and {MOST_HEADERS} are allowed"
        )),
        false => Ok(()),
    }
}
