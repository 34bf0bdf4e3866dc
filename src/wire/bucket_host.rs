//! The bucket that a host names in virtual-hosted style.

/// Returns the bucket before a base domain: `photos` for `photos.s3.example.com:9000` and
/// `s3.example.com`. The domain is compared ignoring ASCII case. If it has a port, the host must
/// have the same.
pub(crate) fn bucket_before<'h>(host: &'h str, base_domain: &str) -> Option<&'h str> {
    let (name, domain) = names(host, base_domain)?;
    let index = name.len().checked_sub(domain.len())?;
    let (bucket, end) = name.split_at_checked(index)?;
    let bucket = bucket.strip_suffix('.')?;
    (end.eq_ignore_ascii_case(domain) && !bucket.is_empty()).then_some(bucket)
}

/// Returns whether a host is that domain or below it.
pub(crate) fn is_in_domain(host: &str, domain: &str) -> bool {
    let is_domain =
        names(host, domain).is_some_and(|(name, domain)| name.eq_ignore_ascii_case(domain));
    is_domain || bucket_before(host, domain).is_some()
}

/// Returns the names of a host and a domain, unless their ports differ.
fn names<'h, 'd>(host: &'h str, domain: &'d str) -> Option<(&'h str, &'d str)> {
    let ((name, port), (domain, domain_port)) = (split_port(host), split_port(domain));
    (domain_port.is_empty() || domain_port == port).then_some((name, domain))
}

/// Splits the digits of the port from a host. The name is without the dot that a fully qualified
/// one ends in.
pub(crate) fn split_port(host: &str) -> (&str, &str) {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    (name, port.trim_start_matches('0'))
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
            ("photos.s3.example.com.", Some("photos")),
            ("photos.s3.example.com.:80", Some("photos")),
            ("s3.example.com.", None),
        ] {
            assert_eq!(bucket_before(host, "s3.example.com"), bucket, "{host}");
        }
    }

    #[test]
    fn a_domain_with_a_port_needs_that_port() {
        for (host, bucket) in [
            ("photos.localhost:9000", Some("photos")),
            ("photos.localhost.:09000", Some("photos")),
            ("photos.localhost:9001", None),
            ("photos.localhost", None),
        ] {
            assert_eq!(bucket_before(host, "localhost:9000"), bucket, "{host}");
        }
    }
}
