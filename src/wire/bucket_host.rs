//! The bucket that a host names in virtual-hosted style.

/// Returns the bucket before a base domain: `photos` for `photos.s3.example.com:9000` and
/// `s3.example.com`. The domain is compared ignoring ASCII case.
pub(crate) fn bucket_before<'h>(host: &'h str, base_domain: &str) -> Option<&'h str> {
    strip_domain(host, base_domain).or_else(|| strip_domain(without_port(host), base_domain))
}

/// Returns whether a host, without its port, is that domain or below it.
pub(crate) fn is_in_domain(host: &str, domain: &str) -> bool {
    let is_domain = |host: &str| host.eq_ignore_ascii_case(domain);
    is_domain(host) || is_domain(without_port(host)) || bucket_before(host, domain).is_some()
}

fn strip_domain<'h>(host: &'h str, base_domain: &str) -> Option<&'h str> {
    let index = host.len().checked_sub(base_domain.len())?;
    let (bucket, domain) = host.split_at_checked(index)?;
    let bucket = bucket.strip_suffix('.')?;
    (domain.eq_ignore_ascii_case(base_domain) && !bucket.is_empty()).then_some(bucket)
}

pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::bucket_before;

    #[test]
    fn the_bucket_is_before_the_domain() {
        for (host, bucket) in [
            ("photos.s3.example.com", Some("photos")),
            ("a.b.S3.Example.com:9000", Some("a.b")),
            ("s3.example.com", None),
            (".s3.example.com", None),
            ("photoss3.example.com", None),
            ("photos.s3.example.org", None),
            ("\u{e9}3.example.com", None),
            ("com", None),
        ] {
            assert_eq!(bucket_before(host, "s3.example.com"), bucket, "{host}");
        }
    }
}
