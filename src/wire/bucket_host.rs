//! The bucket that a host names in virtual-hosted style.

/// Returns the bucket before a base domain: `photos` for `photos.s3.example.com:9000` and
/// `s3.example.com`, and an empty one for the domain itself. `None` if the host is outside of the
/// domain.
///
/// The domain is compared ignoring ASCII case. If it has a port, the host must have the same.
pub(crate) fn bucket_before<'h>(host: &'h str, base_domain: &str) -> Option<&'h str> {
    // Most hosts have neither a port nor a dot at the end.
    strip_domain(host, base_domain).or_else(|| {
        let ((name, port), (domain, domain_port)) = (split_port(host), split_port(base_domain));
        let is_same_port = domain_port.is_empty() || domain_port == port;
        strip_domain(name, domain).filter(|_| is_same_port)
    })
}

fn strip_domain<'h>(host: &'h str, domain: &str) -> Option<&'h str> {
    let index = host.len().checked_sub(domain.len())?;
    let (bucket, end) = host.split_at_checked(index)?;
    if !end.eq_ignore_ascii_case(domain) {
        None
    } else if bucket.is_empty() {
        Some("")
    } else {
        bucket.strip_suffix('.')
    }
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
            ("s3.example.com", Some("")),
            (".s3.example.com", Some("")),
            ("photoss3.example.com", None),
            ("photos.s3.example.org", None),
            ("\u{e9}3.example.com", None),
            ("com", None),
            ("photos.s3.example.com.", Some("photos")),
            ("photos.s3.example.com.:80", Some("photos")),
            ("s3.example.com.", Some("")),
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
