//! The parts of AWS hosts.

use presign::inspect::AwsHost;

#[test]
fn hosts_name_region_and_service() {
    for (host, region, service) in [
        ("b.s3.amazonaws.com", None, Some("s3")),
        ("s3.eu-west-1.amazonaws.com", Some("eu-west-1"), Some("s3")),
        (
            "a.b.s3.eu-west-1.amazonaws.com",
            Some("eu-west-1"),
            Some("s3"),
        ),
        (
            "b.s3-eu-west-1.amazonaws.com",
            Some("eu-west-1"),
            Some("s3"),
        ),
        (
            "b.s3.dualstack.eu-west-1.amazonaws.com",
            Some("eu-west-1"),
            Some("s3"),
        ),
        (
            "b.s3-fips.us-gov-west-1.amazonaws.com",
            Some("us-gov-west-1"),
            Some("s3"),
        ),
        ("b.s3-accelerate.amazonaws.com", None, Some("s3")),
        ("b.s3-accelerate.dualstack.amazonaws.com", None, Some("s3")),
        (
            "b.s3.cn-north-1.amazonaws.com.cn",
            Some("cn-north-1"),
            Some("s3"),
        ),
        (
            "b.bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com",
            Some("us-east-1"),
            Some("s3"),
        ),
        (
            "p-1.s3-accesspoint.us-west-2.amazonaws.com",
            Some("us-west-2"),
            Some("s3"),
        ),
        (
            "p-1.s3-object-lambda.us-west-2.amazonaws.com",
            Some("us-west-2"),
            Some("s3-object-lambda"),
        ),
        (
            "b--use1-az5--x-s3.s3express-use1-az5.us-east-1.amazonaws.com",
            Some("us-east-1"),
            Some("s3express"),
        ),
        ("m.accesspoint.s3-global.amazonaws.com", None, None),
        (
            "id.execute-api.eu-west-1.amazonaws.com",
            Some("eu-west-1"),
            Some("execute-api"),
        ),
        ("sts.amazonaws.com", None, Some("sts")),
        ("email.us-east-1.amazonaws.com", Some("us-east-1"), None),
        ("us-east-1.queue.amazonaws.com", None, None),
    ] {
        let parsed = AwsHost::parse(host).unwrap();
        assert_eq!(
            (parsed.region(), parsed.service()),
            (region, service),
            "{host}"
        );
    }
    for host in [
        "s3.example.com",
        "amazonaws.com",
        "s3.amazonaws.com.example.com",
        "",
    ] {
        assert_eq!(AwsHost::parse(host), None, "{host}");
    }
}

#[test]
fn hosts_of_s3_name_their_bucket() {
    for (host, bucket) in [
        ("photos.s3.us-east-1.amazonaws.com", Some("photos")),
        ("a.b.s3.amazonaws.com:443", Some("a.b")),
        (
            "my.s3.bucket.s3.us-east-1.amazonaws.com",
            Some("my.s3.bucket"),
        ),
        ("photos.s3-us-west-2.amazonaws.com", Some("photos")),
        (
            "photos.s3-accelerate.dualstack.amazonaws.com",
            Some("photos"),
        ),
        ("photos.s3-fips.us-gov-west-1.amazonaws.com", Some("photos")),
        ("photos.s3.cn-north-1.amazonaws.com.cn", Some("photos")),
        (
            "photos.bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com",
            Some("photos"),
        ),
        ("bucket.vpce-1-a.s3.us-east-1.vpce.amazonaws.com", None),
        ("s3.us-east-1.amazonaws.com", None),
        ("s3-us-west-2.amazonaws.com", None),
        ("p-1.s3-accesspoint.us-west-2.amazonaws.com", None),
        ("id.execute-api.eu-west-1.amazonaws.com", None),
    ] {
        assert_eq!(AwsHost::parse(host).unwrap().bucket(), bucket, "{host}");
    }
}
