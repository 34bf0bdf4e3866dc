"""Writes refusals-stores.jsonl: rejected requests of stores other than S3, with their responses.

The stores are S3-compatible servers, also behind proxies, Google Cloud Storage, Azure Storage and
CloudFront.

Usage: python3 refusals_stores.py > refusals-stores.jsonl   (needs botocore 1.43)
"""

import base64
import hashlib
import json
import random
from urllib.parse import quote, urlsplit

from refusal_requests import (
    ACCOUNT_KEY, AZURE, CLOUDFRONT, DAY, EMPTY, END, GOOGLE, HTTP_DATE, ID, KNOWN, NOW,
    SAS_2018, SAS_2020, SENTENCE, STAMP, azure, azure_signature, canned, canonical, case,
    cloudfront_base64, custom_policy, escape, flat, google_v2, google_v4, hash_header, http,
    presign, presign_text, presign_v2, sas_query, sas_text, sha256, sign, sign_text,
    signature_v2, stamp, string_to_sign, write, xml,
)

noise = random.Random(4)
# The fields of the SAS of a user delegation key.
DELEGATED = ["sp", "st", "se", None, "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid", "sip", "spr", "sv", "sr", "sst", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"]
NOISE_KEY = base64.b64encode(noise.randbytes(64)).decode()
RSA = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(8))).decode()
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def by_hand(method, url, headers, payload, region="us-east-1", service="s3"):
    """Returns the headers of a request that signs the host and `headers`."""
    text = canonical(method, url, headers, payload)
    return sign_text([["Host", urlsplit(url).netloc], *headers], text, region, service)


def hashed(method, url, region="us-east-1", headers=(), payload=EMPTY, key=ID, own=None, host=None, comma=", "):
    """Returns the headers of a request to S3. `own` is the signer's text if it differs."""
    headers = [*headers, ["x-amz-content-sha256", payload], stamp]
    return sign_text(headers, own or canonical(method, url, headers, payload, host=host), region, "s3", key, comma)


def chunked(length):
    return [
        ["Content-Encoding", "aws-chunked"],
        ["x-amz-decoded-content-length", str(length)],
        ["x-amz-sdk-checksum-algorithm", "CRC32"],
        ["x-amz-trailer", "x-amz-checksum-crc32"],
    ]


def minio(bucket, key):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message><Key>{key}</Key><BucketName>{bucket}</BucketName>"
        f"<Resource>/{bucket}/{key}</Resource><RequestId>16E61D6FF925A188</RequestId><HostId>609d2480-f49a-41be-845f-5beeb928e3e2</HostId></Error>"
    )


def robot_v2(resource, expires=END, host="https://storage.googleapis.com"):
    return google_v2(host + resource, expires, "robot@project.iam.gserviceaccount.com", RSA)


def uploader_v4(url, names="host", query=""):
    account = "uploader@my-project.iam.gserviceaccount.com"
    return google_v4(url, names, signature=noise.randbytes(256).hex(), account=account, query=query)


def azure_text(method, resource, headers, length="", kind=""):
    """The string to sign of Shared Key for blobs."""
    known = {name.lower(): value for name, value in headers}
    lines = [
        method,
        known.get("content-encoding", ""),
        known.get("content-language", ""),
        length,
        known.get("content-md5", ""),
        kind,
        "",
        known.get("if-modified-since", ""),
        known.get("if-match", ""),
        known.get("if-none-match", ""),
        known.get("if-unmodified-since", ""),
        known.get("range", ""),
    ]
    lines += sorted(f"{name}:{value}" for name, value in known.items() if name.startswith("x-ms-"))
    return "\n".join([*lines, resource])


def shared_key(account, text, key=NOISE_KEY):
    return ["Authorization", f"SharedKey {account}:{azure_signature(text, key)}"]


def not_the_same(found, text):
    return (
        f"The MAC signature found in the HTTP request '{found}' is not the same as any computed signature. "
        f"Server used following string to sign: '{text}'."
    )


SAS_START, SAS_END = "2026-03-02T09:45:00Z", "2026-03-02T18:00:00Z"


def blob_sas_text(permissions, start, end, resource, version, protocol=""):
    fields = {"sp": permissions, "st": start, "se": end, "spr": protocol, "sv": version, "sr": "b"}
    return sas_text(SAS_2018, resource, fields)


# MinIO and the proxies before it.
url = "https://minio.example.com/test/"
log = (
    '{"method":"PUT","path":"/test/","query":"","header":{"Accept-Encoding":["identity"],"Authorization":["%s"],"Content-Length":["0"],"Host":["minio02:9000"],'
    '"User-Agent":["Go-http-client/1.1"],"X-Amz-Content-Sha256":["' + EMPTY + '"],"X-Amz-Date":["20260302T100000Z"],"X-Forwarded-For":["203.0.113.9"],'
    '"X-Forwarded-Host":["minio02:9000"],"X-Forwarded-Proto":["https"],"X-Forwarded-Server":["e515bacc4db5"]}}'
)
signed = by_hand("PUT", url, [hash_header, stamp], EMPTY)
case(
    "minio/minio/issues/3462",
    "host-rewritten",
    f"% ./s3cmd mb s3://test\nERROR: S3 error: 403 (SignatureDoesNotMatch): {SENTENCE}\n\nERRO[0010] {log % signed[-1][1]}  cause=Signature does not match",
    "PUT",
    url,
    headers=signed,
)
link = presign("GET", "http://dockerhost:19001/photos/2018/11/a.jpg", "us-east-1")
case("minio/minio-go/issues/1046", "host-rewritten", SENTENCE, url=link, sent_url=link.replace("dockerhost:19001", "s3.example.com"))
link = presign("GET", "http://minio:9000/uploads/avatar.png", "us-east-1")
case("minio/minio/issues/10222", "host-rewritten", "SignatureDoesNotMatch", url=link, sent_url=link.replace("minio:9000", "localhost:9000"))
link = presign("GET", "https://minio.my.domain.com/test/photo.jpg", "eu-west-1", expires=432000)
case("minio/minio/issues/5298", "host-rewritten", minio("test", "photo.jpg").replace("<Key>photo.jpg</Key><BucketName>test</BucketName>", "<Key></Key><BucketName></BucketName>"), url=link)
link = presign("PUT", "http://gylfie-temp.localhost:9000/folder/object?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&x-amz-acl=private&x-id=PutObject", "us-east-1", expires=300)
case(
    "minio/minio/issues/14759",
    "addressing-style",
    minio("folder", "object").replace("><", ">\n\t<"),
    "PUT",
    link,
)
link = presign("PUT", "http://localhost:9000/merchant-1/video1", "us-east-1", expires=7200)
case(
    "minio/minio/issues/19728",
    "method",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n<Key>...omitted</Key>\n<BucketName>...</BucketName>\n<Resource>/.../video1</Resource>\n<RequestId>...</RequestId>\n<HostId>...</HostId>\n</Error>",
    "PUT",
    link,
    sent_method="GET",
)
url = "http://minio.example.com:80/my-bucket?location="
case(
    "minio/minio-dotnet/issues/321",
    "default-port",
    f"Minio.Exceptions.MinioException: MinIO API responded with message={SENTENCE}",
    url=url,
    headers=by_hand("GET", url, [hash_header, stamp], EMPTY),
)
link = presign("GET", "https://minio.example.com:443/bucket/filename", "us-east-1", expires=1800)
link = presign_text(link, canonical("GET", link), "us-east-1")
case("minio/minio-go/issues/695", "default-port", minio("bucket", "filename"), url=link)
link = presign("GET", "https://rustfs.example.com/images/photo.png", "us-east-1", expires=3600)
case("rustfs/rustfs/issues/5840", "method", "HTTP/1.1 403 Forbidden\ncontent-type: application/xml\nx-request-id: 0b5c9a4e-7f1e-4d0b-8f5d-2b7b0f7f1f11\ndate: Mon, 02 Mar 2026 10:01:00 GMT\n\n", url=link, sent_method="HEAD")
url = "https://play.min.io/mybucket/990500%7E1%20%281%29.XLS"
case(
    "minio/minio-py/issues/795",
    "path-not-encoded",
    f"minio.error.SignatureDoesNotMatch: SignatureDoesNotMatch: message: {SENTENCE}",
    "PUT",
    url,
    headers=by_hand("PUT", url, [["x-amz-content-sha256", "UNSIGNED-PAYLOAD"], stamp], "UNSIGNED-PAYLOAD"),
)
url = "http://localhost:8000/storage/v1/s3/my-bucket?list-type=2&encoding-type=url"
case(
    "supabase/storage/issues/495",
    "host-rewritten",
    '{\n    "raw": "{\\"metadata\\":{},\\"code\\":\\"SignatureDoesNotMatch\\",\\"httpStatusCode\\":403,\\"userStatusCode\\":400}",\n    "name": "Error",\n    "message": "'
    + SENTENCE
    + '",\n    "stack": "Error: '
    + SENTENCE
    + '\\n    at Object.SignatureDoesNotMatch (/app/dist/internal/errors/codes.js:140:39)\\n    at Object.<anonymous> (/app/dist/http/plugins/signature-v4.js:72:34)\\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"\n  }',
    url=url,
    headers=sign("GET", url, "stub"),
)
link = presign("GET", "http://127.0.0.1:49685/acceptance-tests-form-zips/2G-2021-1.zip", "us-east-1", key="accesskey", secret="secretkey", expires=2)
seen = canonical("GET", link)
case(
    "localstack/localstack/issues/9538",
    ["wrong-secret", "wrong-access-key"],
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n<RequestId>235fc783-eed9-456a-b411-c64a747a0d0f</RequestId>\n<AWSAccessKeyId>test</AWSAccessKeyId>\n<CanonicalRequest>"
    + " ".join(escape(seen).split())
    + f"</CanonicalRequest>\n<CanonicalRequestBytes>{seen.encode().hex(' ').upper()}</CanonicalRequestBytes>",
    url=link,
    at="20260302T100001Z",
)
url = "http://cells-data.rgw.example.com:7480/?list-type=2&prefix="
case("pydio/cells/pull/874", "addressing-style", "SignatureDoesNotMatch", url=url, headers=sign("GET", url, "us-east-1"))

# Backblaze, Wasabi, DigitalOcean, Hetzner, Oracle, Aliyun and Dell.
url = "https://s3.us-west-004.backblazeb2.com/joplin-notes/?list-type=2&prefix="
case(
    "laurent22/joplin/issues/7359",
    "wrong-secret",
    "SignatureDoesNotMatch: Signature validation failed",
    url=url,
    headers=sign("GET", url, "us-west-004"),
)
url = "https://examplebucket.s3.us-west-004.backblazeb2.com/images/a.jpg"
pairs = [["accept-encoding", "gzip, br"], ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"], stamp]
case(
    "backblaze-b2-samples/cloudflare-b2-proxy/issues/15",
    "header-changed",
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Error>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature validation failed</Message>\n</Error>\n',
    url=url,
    headers=by_hand("GET", url, pairs, "UNSIGNED-PAYLOAD", "us-west-004"),
)
body = b"x" * 64
url = "https://s3.us-east-005.backblazeb2.com/ha-backups/backup.tar?partNumber=1&uploadId=4_zabc"
pairs = [
    ["content-length", "20971520"],
    ["x-amz-checksum-crc32", "sOO8/Q=="],
    ["x-amz-content-sha256", sha256(body)],
    stamp,
    ["x-amz-sdk-checksum-algorithm", "CRC32"],
]
trace = "Traceback (most recent call last):\n  File \"/usr/src/homeassistant/homeassistant/components/backup/manager.py\", line 575, in upload_backup_to_agent\n    await self.backup_agents[agent_id].async_upload_backup(\n    ...<2 lines>...\n    )\n"
case(
    "home-assistant/core/issues/143995",
    "streaming-not-taken",
    "Logger: homeassistant.components.backup\nSource: components/backup/manager.py:575\nintegration: Backup (documentation, issues)\nFirst occurred: 10:44:17 PM (1 occurrence)\nLast logged: 10:44:17 PM\n\n"
    "Unexpected error for s3.01JT470JQD6FGPH4WZG3PCX7DR: An error occurred (InvalidArgument) when calling the UploadPart operation: Unsupported header 'x-amz-sdk-checksum-algorithm' received for this API call.\n" + trace,
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, sha256(body), "us-east-005"),
)
url = "https://nbg1.your-objectstorage.com/ha-backups/backup.tar?partNumber=1&uploadId=2~abc"
pairs = [
    ["content-encoding", "aws-chunked"],
    ["x-amz-content-sha256", TRAILER],
    stamp,
    ["x-amz-decoded-content-length", "20971520"],
    ["x-amz-sdk-checksum-algorithm", "CRC32"],
    ["x-amz-trailer", "x-amz-checksum-crc32"],
]
case(
    "home-assistant/core/issues/144015",
    ["streaming-not-taken", "payload-changed"],
    "Logger: homeassistant.components.backup\nSource: components/backup/manager.py:575\nFirst occurred: 07:52:41 (2 occurrences)\nLast logged: 07:55:52\n\n"
    "Unexpected error for s3.01JT563VFK1F4FSEKZ0A4PQF0Z: An error occurred (XAmzContentSHA256Mismatch) when calling the UploadPart operation: None\n" + trace,
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER, "nbg1"),
)
url = "https://objects.example.net/recordings/room.mp4?partNumber=1&uploadId=0000019A14E8FBF6D3889F5F9F724C96"
mismatched = "The provided 'x-amz-content-sha256' header does not match what was computed."
case(
    "livekit/egress/issues/1045",
    ["streaming-not-taken", "payload-changed"],
    "S3 upload failed: upload multipart failed, \nupload id: 0000019A14E8FBF6D3889F5F9F724C96, \ncause: operation error S3: UploadPart, \nhttps response error StatusCode: 400, \nRequestID: 0000019A14E900BAD3894DE1861FF9EC, \nHostID: MOCKQjIxQTYxQzZDMDAwMDAxMzQwMzFCRTgwMDUyOTNBQUFBQUFBQWJiYmJiYmJi, \napi error XAmzContentSHA256Mismatch: " + mismatched,
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER),
)
url = "https://mynamespace.compat.objectstorage.eu-frankfurt-1.oraclecloud.com/activepieces/platform/file.json"
case(
    "activepieces/activepieces/issues/14110",
    "streaming-not-taken",
    "NotImplemented: AWS chunked encoding not supported",
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER, "eu-frankfurt-1"),
)
url = "https://oss-bucket.oss-cn-hangzhou.aliyuncs.com/2025/09/a.png"
case(
    "pig-mesh/oss-spring-boot-starter/issues/21",
    "streaming-not-taken",
    "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value. (Service: S3, Status Code: 400, Request ID: 68CA)",
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER, "oss-cn-hangzhou"),
)
url = "https://ecs.example.com/gxbucket/PrivateTempStorage/a.pdf"
case(
    "genexuslabs/DotNetClasses/pull/1168",
    ["payload-changed", "streaming-not-taken"],
    "2026-03-02 10:00:51,337 [7] ERROR GxFile - GXFile General Error\nAmazon.S3.AmazonS3Exception: The Content-SHA256 you specified did not match what we received\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.\n   at Amazon.Runtime.HttpWebRequestMessage.ProcessHttpResponseMessage(HttpResponseMessage responseMessage)\n",
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER),
)
url = "https://oss-cn-shanghai.aliyuncs.com/shlab/dummy"
virtual = "Please use virtual hosted style to access."
case(
    "treeverse/lakeFS/issues/3613",
    "addressing-style",
    'time="2026-03-02T10:00:48Z" level=error msg="bad S3 PutObject response" func="pkg/block/s3.(*Adapter).streamToS3" file="build/pkg/block/s3/adapter.go:250" error="s3 error: <?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error>\\n  <Code>SecondLevelDomainForbidden</Code>\\n  <Message>'
    + virtual
    + '</Message>\\n  <RequestId>62C3D5E8B94B7E36332CBBFF</RequestId>\\n  <HostId>oss-cn-shanghai.aliyuncs.com</HostId>\\n</Error>\\n" host="127.0.0.1:2002" method=POST operation=PutObject path=/api/v1/repositories request_id=38b2f444 service_name=rest_api status_code=403 url="https://oss-cn-shanghai.aliyuncs.com/shlab/dummy"',
    "PUT",
    url,
    headers=sign("PUT", url, "cn-shanghai", body=b"dummy"),
)
url = "https://oss-cn-hangzhou.aliyuncs.com/oss-bucket-name?delimiter=%2F&list-type=2&prefix="
case("peak/s5cmd/issues/518", "addressing-style", f'ERROR "ls s3://<oss-bucket-name/": SecondLevelDomainForbidden: {virtual} status code: 403, request id: <request-id>, host id:', url=url, headers=sign("GET", url, "us-east-1"))
url = "http://oss-cn-nanjing.aliyuncs.com/notes/tree"
case(
    "notea-org/notea/issues/182",
    "addressing-style",
    "{\n  name: 'SecondLevelDomainForbidden',\n  message: '" + virtual + "',\n  status: 500,\n  stack: 'SecondLevelDomainForbidden: " + virtual
    + "\\n' +\n    '    at throwDefaultError (/app/node_modules/@aws-sdk/smithy-client/dist-cjs/default-error-handler.js:8:22)\\n' +\n",
    "PUT",
    url,
    headers=sign("PUT", url, "oss-cn-nanjing", body=b"{}"),
)
url = "https://bucketname.nyc3.digitaloceanspaces.com/folder/a.png"
ceph = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SignatureDoesNotMatch</Code><RequestId>tx000000000000001b7638c-0059cdfbfa-24e9b-nyc3a</RequestId><HostId>24e9b-nyc3a-nyc</HostId></Error>'
case("mhart/aws4fetch/issues/15", "wrong-service", ceph, url=url, headers=by_hand("GET", url, [stamp], EMPTY, "nyc3", ""))
url = "https://ams3.digitaloceanspaces.com/mybucket%2Fassets/uploads/a.jpg"
content = sha256("jpeg")
case(
    "thephpleague/flysystem-aws-s3-v3/issues/226",
    "path-not-encoded",
    "SignatureDoesNotMatch",
    "PUT",
    url,
    note="the bucket's name contains a folder",
    headers=by_hand("PUT", url, [["x-amz-content-sha256", content], stamp], content, "ams3"),
)
url = "https://s3.eu-central-1.wasabisys.com/s3:%2F%2Fbucket-name/index.html"
case(
    "pottava/aws-s3-proxy/issues/35",
    [],
    f"SignatureDoesNotMatch: {SENTENCE}",
    note="the bucket is given as s3://bucket",
    url=url,
    headers=by_hand("GET", url, [hash_header, stamp], EMPTY, "eu-central-1"),
)
url = "https://examplebucket.s3.eu-central-2.amazonaws.com/gitlab-2026-03-02.tgz?uploads"
case(
    "peterrus/docker-s3-cron-backup/issues/13",
    "wrong-region",
    "An error occurred (IllegalLocationConstraintException) when calling the CreateMultipartUpload operation: The EU location constraint is incompatible for the region specific endpoint this request was sent to.",
    "POST",
    url,
    note="the request went to AWS, not to the store's endpoint",
    headers=sign("POST", url, "eu-central-2"),
)
url = "http://192.168.0.45:8080/my_bucket/"
case(
    "saltstack/salt/issues/38250",
    ["malformed", "wrong-region"],
    "minion1:\n    |_\n      ----------\n      Code:\n          AuthorizationHeaderMalformed\n    |_\n      ----------\n      Message:\n          The authorization header is malformed; a non-empty region must be provided in the credential.\n    |_\n      ----------\n      RequestId:\n          4E81D1E9C24108BE\n    |_\n      ----------\n      HostId:\n          rHFLVzoH4Y1FfEpHMAAsl6rlf9jyv2U2eZVGvy8kjne0zwFQ5AzDIgeO4iGu+nJoJ2UNbc6poF0=\n",
    url=url,
    headers=by_hand("GET", url, [hash_header, stamp], EMPTY, ""),
)

# Google Cloud Storage.
url = "https://storage.googleapis.com/warehouse/db/table/metadata/00001.metadata.json"
pairs = [
    ["accept-encoding", "identity"],
    ["amz-sdk-invocation-id", "2b3f1f0e-6f3a-4d0a-9c0e-1d2f3a4b5c6d"],
    ["amz-sdk-request", "attempt=1; max=3"],
    ["content-encoding", "aws-chunked"],
    ["content-type", "application/octet-stream"],
    ["x-amz-content-sha256", TRAILER],
    stamp,
    ["x-amz-decoded-content-length", "2183"],
    ["x-amz-sdk-checksum-algorithm", "CRC32"],
    ["x-amz-trailer", "x-amz-checksum-crc32"],
]
case(
    "apache/iceberg-go/issues/1422",
    ["header-changed", "streaming-not-taken"],
    "operation error S3: PutObject, https response error StatusCode: 403,\nRequestID: , HostID: ,\napi error SignatureDoesNotMatch: Access denied.",
    "PUT",
    url,
    headers=by_hand("PUT", url, pairs, TRAILER, "auto"),
)
case("googleapis/google-cloud-go/issues/232", "header-not-sent", "SignatureDoesNotMatch", url=robot_v2("/bucket/image.jpeg", END + 10800), headers=[["Content-Type", "image/jpeg"]])
case("googleapis/google-cloud-go/pull/9347", "default-port", "SignatureDoesNotMatch", url=google_v4("https://storage.googleapis.com:443/bucket/object", signature=base64.b64decode(RSA).hex()))
case(
    "dart-lang/http/issues/459",
    ["header-changed", "header-not-signed"],
    f"<?xml version='1.0' encoding='UTF-8'?>\n<Error>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>{GOOGLE}</Message>\n    <StringToSign>PUT\n        text/html; charset=UTF-8\n        {END}\n        /my-bucket/uploads/a.json\n    </StringToSign>\n</Error>",
    "PUT",
    robot_v2("/my-bucket/uploads/a.json"),
)
case(
    "GoogleCloudPlatform/storage-signedurls-python/issues/12",
    "header-not-signed",
    GOOGLE,
    "PUT",
    robot_v2("/my-bucket/copy.txt"),
    sent_headers=[["Content-Type", "text/plain"], ["X-Goog-Copy-Source", "/my-bucket/original.txt"]],
    headers=[["Content-Type", "text/plain"]],
)
case(
    "googleapis/nodejs-storage/issues/210",
    "addressing-style",
    f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>SignatureDoesNotMatch</Code><Message>{GOOGLE}</Message></Error>",
    url=robot_v2("/cname.mygcloudproject.google/myfileuuid", host="https://cname.mygcloudproject.google"),
)
case("googleapis/nodejs-storage/pull/868", ["host-rewritten", "addressing-style"], "SignatureDoesNotMatch", url=google_v4("https://mycname.com/object_name", signature=base64.b64decode(RSA).hex()))
case("googleapis/nodejs-storage/issues/735", "header-not-signed", "403 Forbidden", "PUT", robot_v2("/my-bucket/photo.png"), sent_headers=[["Content-Type", "image/png"]])
case(
    "googleapis/nodejs-storage/issues/64",
    "malformed",
    "<?xml version='1.0' encoding='UTF-8'?>\n<Error>\n    <Code>InvalidArgument</Code>\n    <Message>Invalid argument.</Message>\n    <Details>Expires parameter is not a valid long value: NaN</Details>\n</Error>",
    "PUT",
    robot_v2("/xxx-xxx/D48641F8-D1BC-424E-8115-FB1BD3599B89.mp4", "NaN"),
)
later = int(NOW.timestamp()) + 45 * 86400
case(
    "googleapis/python-storage/issues/456",
    ["wrong-secret", "expiry-too-long"],
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{GOOGLE}</Message>\n<StringToSign>GET {later} /BUCKET_NAME/inspection-media/DSC00095.JPG</StringToSign>\n</Error>",
    note="the signing key was rotated",
    url=robot_v2("/BUCKET_NAME/inspection-media/DSC00095.JPG", later),
    at="20260312T101500Z",
)

# Azure Storage.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
def browser(detail):
    return (
        f"<Error>\n<Code>AuthenticationFailed</Code>\n<Message>{AZURE} RequestId:8e444aa6-501e-003f-7776-fe6a83000000 Time:2026-03-02T10:01:00.0913566Z</Message>\n"
        f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>\n</Error>"
    )


fields = {"sp": "rcwl", "st": "2026-03-02T09:30:10Z", "se": "2026-03-03T11:30:10Z", "spr": "https", "sv": "2021-06-08", "sr": "c"}
old = sas_text(SAS_2018, "/blob/otdatastorage/storage98", fields)
case(
    "Azure/azure-storage-blob-go/issues/327",
    [],
    "Signature did not match. String to sign used was rcwl\n2026-03-02T09:30:10Z\n2026-03-03T11:30:10Z\n/blob/otdatastorage/storage98\n",
    "PUT",
    "https://otdatastorage.blob.core.windows.net/storage98/a.png?" + sas_query(fields, azure_signature(old)),
    note="the string to sign has the form of another sv",
)
fields = {"sp": "rwdl", "st": "", "se": "2026-03-02T11:00:20Z", "sv": "2021-06-08", "sr": "c",
          "skoid": "6aabe3bb-05d5-41de-8281-24cadb4c710d", "sktid": "5b705f2e-fa01-4f0d-b5ef-5a2b3c4d5e6f", "skt": "2026-03-02T10:00:20Z", "ske": "2026-03-02T11:00:20Z", "sks": "b", "skv": "2021-06-08"}
fields.pop("st")
container = "/c1b63e2e-5b06-42aa-9d4d-0c1c7b6f2e11"
signed_text = sas_text(DELEGATED, "/blob/stalimexcktre01" + container, fields)
seen = sas_text(DELEGATED, "/blob/stalimexcktre01/$root", fields)
case(
    "microsoft/AzureTRE-Deployment/issues/35",
    "path-changed",
    browser("Signature did not match. String to sign used was " + flat(seen) + " "),
    note="a container's URL without restype=container",
    url=f"https://stalimexcktre01.blob.core.windows.net{container}?" + sas_query(fields, azure_signature(signed_text)),
)
fields = {"sv": "2020-04-08", "se": "2026-03-02T11:00:00Z", "sr": "c", "sp": "rw"}
signed_text = sas_text(SAS_2018, "/blob/myaccount/uploads", fields)
seen = sas_text(SAS_2018, "/blob/myaccount/$root", fields)
case(
    "Azure/azure-sdk-for-net/issues/19024",
    "path-changed",
    browser("Signature did not match. String to sign used was " + flat(seen) + " "),
    note="a container's URL without restype=container",
    url="https://myaccount.blob.core.windows.net/uploads?" + sas_query(fields, azure_signature(signed_text)),
)
AZURITE = AZURE.replace("of Authorization", "of the Authorization")
case(
    "Azure/Azurite/issues/233",
    "no-authentication",
    f"{AZURITE} RequestId:0974faae-06b9-4d87-b689-9a7e38a2e50f Time:2026-03-02T10:01:00.159Z",
    url="http://127.0.0.1:10000/devstoreaccount1?comp=list",
)


def azurite(code="AuthorizationFailure"):
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{AZURITE}\nRequestId:ce1cc537-128b-46ad-9224-b2b17443c0e9\nTime:2026-03-02T10:01:00.818Z</Message>\n</Error>'


date = ["x-ms-date", "Mon, 02 Mar 2026 10:00:00 GMT"]
text = "\n".join(["GET", *[""] * 11, "x-ms-date:" + date[1], "x-ms-version:2017-07-29", "/devstoreaccount1/devstoreaccount1", "comp:list"])
case(
    "Azure/Azurite/issues/386",
    "key-as-signature",
    azurite() + f"\n\n2026-03-02T10:01:00.818Z ce1cc537-128b-46ad-9224-b2b17443c0e9 info: BlobSharedKeyAuthenticator:validate() Calculated authentication header based on key1: SharedKey devstoreaccount1:{azure_signature(text, AZURITE_KEY)}",
    url="http://127.0.0.1:10000/devstoreaccount1?comp=list",
    headers=[date, ["x-ms-version", "2017-07-29"], ["Authorization", "SharedKey devstoreaccount1:" + AZURITE_KEY]],
    secret=AZURITE_KEY,
)
own = "devstoreaccount1\nrwdlc\nb\nsco\n2026-03-02T10:00Z\n2027-03-02T10:00Z\n\n\n2022-11-02\n"
seen = "devstoreaccount1\nrwdlc\nb\nsco\n\n2027-03-02T10:00Z\n\n\n2022-11-02\n\n"
account = {"se": "2027-03-02T10:00Z", "sp": "rwdlc", "sv": "2022-11-02", "ss": "b", "srt": "sco"}
case(
    "Azure/Azurite/issues/386",
    ["parameter-dropped", "parameter-changed"],
    f"2026-03-02T10:01:00.754Z 5dabd4df-36f3-42fa-b8f2-378b3f9abd80 debug: AccountSASAuthenticator:validate() String to sign is: {json.dumps(seen)}\n"
    f"2026-03-02T10:01:00.754Z 5dabd4df-36f3-42fa-b8f2-378b3f9abd80 debug: AccountSASAuthenticator:validate() Calculated signature is: {azure_signature(seen, AZURITE_KEY)}\n"
    "2026-03-02T10:01:00.754Z 5dabd4df-36f3-42fa-b8f2-378b3f9abd80 info: AccountSASAuthenticator:validate() Signature based on key1 validation failed.",
    "PUT",
    "http://127.0.0.1/devstoreaccount1/container-name2?restype=container&" + sas_query(account, azure_signature(own, AZURITE_KEY)),
    secret=AZURITE_KEY,
)
own = "\n".join(["PUT", "", "", "14", "", "application/octet-stream", *[""] * 6, "x-ms-blob-type:BlockBlob", "x-ms-date:" + date[1], "x-ms-version:2021-12-02", "/devstoreaccount1/artifacts/maven/a.jar"])
case(
    "artifact-keeper/artifact-keeper/issues/2649",
    ["addressing-style", "path-prefix"],
    azurite(),
    "PUT",
    "http://azurite:10000/devstoreaccount1/artifacts/maven/a.jar",
    headers=[["Content-Length", "14"], ["Content-Type", "application/octet-stream"], ["x-ms-blob-type", "BlockBlob"], date, ["x-ms-version", "2021-12-02"], ["Authorization", "SharedKey devstoreaccount1:" + azure_signature(own, AZURITE_KEY)]],
    secret=AZURITE_KEY,
)
fields = {"sp": "rl", "se": "2026-03-02T11:00:00Z", "sv": "2020-04-08", "sr": "c",
          "skoid": "6aabe3bb-05d5-41de-8281-24cadb4c710d", "sktid": "5b705f2e-fa01-4f0d-b5ef-5a2b3c4d5e6f", "skt": "2026-03-02T09:00:00Z", "ske": "2026-03-02T11:00:00Z", "sks": "b", "skv": "2020-04-08"}
no_scope = [name for name in DELEGATED if name != "ses"]
case(
    "Azure/azure-sdk-for-net/issues/18108",
    "permission",
    f"HTTP/1.1 403 {AZURE}\nContent-Length: 447\nContent-Type: application/xml\nServer: Microsoft-HTTPAPI/2.0\nx-ms-request-id: ba9eafd5-201e-005a-73eb-ef3544000000\nx-ms-error-code: AuthenticationFailed\nDate: Mon, 02 Mar 2026 10:01:00 GMT\n\n"
    f'<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>{AZURE}\nRequestId:ba9eafd5-201e-005a-73eb-ef3544000000\nTime:2026-03-02T10:01:00.1234567Z</Message><AuthenticationErrorDetail>The specified signed resource is not allowed for the this resource level</AuthenticationErrorDetail></Error>',
    url="https://myaccount.blob.core.windows.net/?comp=list&maxresults=20&" + sas_query(fields, azure_signature(sas_text(no_scope, "/blob/myaccount/installers", fields))),
)
fields = {"sp": "r", "st": "2026-03-02T09:00:00Z", "se": "2026-03-02T17:00:00Z", "sip": "192.168.1.20", "spr": "https", "sv": "2018-03-28", "sr": "b"}
in_2018 = [name for name in SAS_2018 if name not in ("sr", "sst")]
case(
    "MicrosoftDocs/azure-docs/issues/24334",
    "permission",
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationSourceIPMismatch</Code><Message>This request is not authorized to perform this operation using this source IP 203.0.113.9.\nRequestId:2c25ad7c-a01e-0004-04a3-56c77b000000\nTime:2026-03-02T10:01:00.8096444Z</Message></Error>',
    url="https://myaccount.blob.core.windows.net/images/a.png?" + sas_query(fields, azure_signature(sas_text(in_2018, "/blob/myaccount/images/a.png", fields))),
)
index = 0
while True:
    fields = {"sv": "2019-07-07", "st": "2026-03-02T09:30:42Z", "se": "2026-03-02T10:30:42Z", "sr": "b", "sp": "r"}
    made = azure_signature(sas_text(SAS_2018, f"/blob/myaccount/reports/{index}.csv", fields))
    if "+" in made and "/" in made:
        break
    index += 1
raw = "&".join(f"{name}={value}" for name, value in fields.items()) + "&sig=" + made
case("Azure/azure-sdk-for-js/issues/9353", "signature-plus", "403 Server failed to authenticate the request.", url=f"https://myaccount.blob.core.windows.net/reports/{index}.csv?{raw}")

# CloudFront.
SAFE = RSA.translate(str.maketrans("+=/", "-_~"))
DENIED = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>'

policy = '{"Statement":[{"Resource":"http://d111111abcdef8.cloudfront.net/video/a.mp4","Condition":{"IpAddress":{"AWS:SourceIp":"203.0.113.0/24"}}}]}'
case(
    "boto/boto/pull/825",
    "malformed",
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>MalformedPolicy</Code><Message>Malformed Policy</Message></Error>',
    url=custom_policy("http://d111111abcdef8.cloudfront.net/video/a.mp4", policy, SAFE),
)
case("jasonsims/aws-cloudfront-sign/pull/6", "malformed", "HTTP 403 Forbidden", note="CloudFront's signature in plain base64", url=canned(f"{CLOUDFRONT}/video/intro.mp4", RSA))
encoded = "/files/example.jpg?response-content-disposition=attachment%3B%20filename%3D%22example.jpg%22"
decoded = '/files/example.jpg?response-content-disposition=attachment; filename="example.jpg"'
case("aws/aws-sdk-php/issues/146", "parameter-reencoded", DENIED, url=canned(CLOUDFRONT + encoded, SAFE), sent_url=canned(CLOUDFRONT + decoded, SAFE))
raw = "/object?response-content-disposition=attachment;filename=foobar.txt"
case("aws/aws-sdk-php/issues/404", "parameter-reencoded", DENIED, url=canned(CLOUDFRONT + raw, SAFE), sent_url=canned(f"{CLOUDFRONT}/object?response-content-disposition=attachment%3Bfilename%3Dfoobar.txt", SAFE))
raw = "/resize/width=300,height=200/photo.jpg"
case("aws/aws-sdk-js-v3/issues/8033", "path-not-encoded", "403 AccessDenied", url=canned(CLOUDFRONT + raw, SAFE), sent_url=canned(CLOUDFRONT + raw.replace("=", "%3D").replace(",", "%2C"), SAFE))
case("aws/aws-sdk-php/issues/597", "path-not-encoded", "403 Forbidden", url=canned(f"{CLOUDFRONT}/my%20file%20name.mp4", SAFE))
case("aws/aws-sdk-net/issues/476", ["path-not-encoded", "line-break"], DENIED, url=canned(f"{CLOUDFRONT}/some/folder/my document.pdf", SAFE))

# A second collection. Pages: MinIO behind nginx.
url = presign("GET", "http://192.168.2.101:9000/bucketname/68c1390a.jpg", "us-east-1")
case(
    "https://gerrit1999.github.io/2025/minio-%E9%A2%84%E7%AD%BE%E5%90%8D-url-%E6%8A%A5%E9%94%99-signaturedoesnotmatch-%E7%9A%84%E6%8E%92%E6%9F%A5%E5%A4%8D%E7%9B%98",
    "host-rewritten",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n<Key>68c1390a.jpg</Key>\n"
    "<BucketName>bucketname</BucketName>\n<Resource>/bucketname/68c1390a.jpg</Resource>\n</Error>",
    url=url,
    sent_url=url.replace("http://192.168.2.101:9000/bucketname/", "https://oss.example.com/oss/"),
)
url = "http://192.168.1.100:9000/my-bucket?location="
case(
    "http://www.bjdmk.com.cn/news/2053708/",
    "host-rewritten",
    "ErrorResponse( code = SignatureDoesNotMatch, message = The request signature we calculated does not match the "
    "signature you provided..., request = { method=GET, url=http://192.168.1.100:9000/my-bucket?location=, headers=Host: "
    "192.168.1.100:9000 Authorization: AWS4-HMAC-SHA256 Credential=*REDACTED*/20260302/us-east-1/s3/aws4_request } )",
    url=url,
    headers=hashed("GET", url),
)

# Pages: Alibaba's descriptions of errors of S3-compatible requests. They show the request and one
# sentence.
OSS = "https://oss-example.oss-cn-hangzhou.aliyuncs.com/test.txt"
LTAI = "LTAI5tExampleExampleKey1"
HELP = "https://www.alibabacloud.com/help/en/oss/support/0002-00000"
url = presign("GET", OSS, "us-east-1", key=LTAI, expires=86400)
cut = url.rpartition("=")[0] + "=abc"
case(HELP + "423", ["signature-truncated", "malformed"], "The value of the X-Amz-Signature field in the request is invalid.", url=cut)
headers = hashed("GET", OSS, key=LTAI, comma=",")
good = headers[-1][1]
bad = good.replace(f"{LTAI}/20260302/", f"{LTAI}/")
case(
    HELP.replace("www.", "") + "404",
    "malformed",
    "The Credential field in the Authorization request header is incomplete.",
    url=OSS,
    headers=[*headers[:-1], ["Authorization", bad]],
)
case(
    HELP + "415",
    "malformed",
    "The format of the X-Amz-Date field in the request is invalid.",
    url=url.replace(f"X-Amz-Date={STAMP}", "X-Amz-Date=2026-03-02-10:00:00"),
)
case(
    HELP.replace("www.", "") + "413",
    "malformed",
    "The syntax of the X-Amz-Credential field in the request is invalid.",
    url=url.replace(f"{LTAI}%2F20260302%2F", f"{LTAI}%2F"),
)
case(
    HELP + "406",
    "malformed",
    "The fields in the Authorization header are in invalid formats.",
    url=OSS,
    headers=[*headers[:-1], ["Authorization", good.replace(",", "")]],
)
case(
    HELP.replace("www.", "") + "403",
    "malformed",
    "The Credential field in the Authorization request header is missing.",
    url=OSS,
    headers=[*headers[:-1], ["Authorization", "AWS4-HMAC-SHA256 " + good.partition(",")[2]]],
)

# Pages: Google.
url = "https://storage.googleapis.com/my-bucket/test.txt"
case(
    "https://www.beginswithdata.com/2025/05/14/aws-s3-tools-with-gcs",
    "streaming-not-taken",
    "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: Invalid argument.\n"
    "Expected checksum x4Vs7w== did not match calculated checksum: u4E0XQ==",
    "PUT",
    url,
    headers=hashed("PUT", url, "auto", chunked(13), TRAILER, "GOOG1EEXAMPLEEXAMPLEEXAMPLE"),
)
url = "https://storage.googleapis.com/examplebucket?list-type=2"
extra = [
    ["Accept-Encoding", "identity"],
    ["amz-sdk-invocation-id", "159ecffe-dd09-43e5-8f3a-1c3a02e3da5b"],
    ["amz-sdk-request", "attempt=1; max=3"],
]
headers = hashed("GET", url, "auto", extra, key="GOOG1EEXAMPLEEXAMPLEEXAMPLE")
seen = canonical("GET", url, [["accept-encoding", "identity,gzip(gfe)"], *headers[1:-1]], EMPTY)
case(
    "https://kofuk.org/blog/20240105-aws-sdk-go-v2-gcs",
    "header-changed",
    f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>SignatureDoesNotMatch</Code><Message>{GOOGLE}</Message>"
    f"<StringToSign>{string_to_sign(seen, 'auto')}</StringToSign><CanonicalRequest>{escape(seen)}</CanonicalRequest></Error>",
    url=url,
    headers=headers,
)
sig = quote(base64.b64encode(noise.randbytes(256)).decode(), safe="")
url = f"https://storage.googleapis.com/my-bucket/sample.png?GoogleAccessId=x%40y.iam.gserviceaccount.com&Expires={END}&Signature={sig}"
case(
    "https://qiita.com/kai_kou/items/574e1f72db0465c5aa6d",
    ["header-not-signed", "header-changed"],
    f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>SignatureDoesNotMatch</Code><Message>{GOOGLE}</Message>"
    f"<StringToSign>PUT\n\nimage/png\n{END}\n/my-bucket/sample.png</StringToSign></Error>",
    "PUT",
    url,
    sent_headers=[["Content-Type", "image/png"]],
)

# Pages: Azure, Shared Key.
account = "steamo"
pair = [["x-ms-date", HTTP_DATE], ["x-ms-version", "2014-02-14"]]
url = "https://steamo.blob.core.windows.net/testcontainer/dog.jpg"
case(
    "https://stackoverflow.com/questions/30465420/the-mac-signature-found-in-the-http-request-is-not-the-same-as-any-compute",
    "key-as-signature",
    f"{AZURE} RequestId:2482503d-0001-0033-60da-9708ed000000 Time:2026-03-02T10:00:41.4577821Z\n\n"
    + not_the_same(NOISE_KEY, flat(azure_text("GET", "/steamo/testcontainer/dog.jpg", pair))),
    url=url,
    headers=[["Authorization", f"SharedKey {account}:{NOISE_KEY}"], *pair, ["Cache-Control", "no-cache"]],
)
case(
    "https://stackguides.com/questions/15056894/windows-azure-tables-rest-api-authentication",
    ["key-as-signature", "clock-skew"],
    f"HTTP/1.1 403 {AZURE}\nContent-Length: 437\nContent-Type: application/xml\nServer: Microsoft-HTTPAPI/2.0\n"
    "x-ms-request-id: d78c2c11-8699-4737-9592-82813eac356e\nDate: Mon, 02 Mar 2026 22:00:03 GMT\n\n"
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    '<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">\n  <code>AuthenticationFailed</code>\n'
    f'  <message xml:lang="en-US">{AZURE}\nRequestId:d78c2c11-8699-4737-9592-82813eac356e\nTime:2026-03-02T22:00:03.7218437Z</message>\n</error>',
    url="http://exampleaccount.table.core.windows.net/",
    at="20260302T220003Z",
    headers=[
        ["x-ms-date", "Mon, 02 Mar 2026 09:59:31 GMT"],
        ["x-ms-version", "2009-09-19"],
        ["Authorization", f"SharedKey exampleaccount:{NOISE_KEY}"],
        ["Accept-Charset", "UTF-8"],
        ["Accept", "application/atom+xml,application/xml"],
        ["DataServiceVersion", "1.0;NetFx"],
        ["MaxDataServiceVersion", "1.0;NetFx"],
    ],
)
pair = [["x-ms-date", HTTP_DATE], ["x-ms-version", "2020-10-02"]]
text = azure_text("GET", "/exampleaccount/\ncomp:list", pair)
case(
    "https://forum.bobcloud.net/t/failed-to-login-to-destination-azure-uk-south-with-credentials-provided-reason-b-cloudexception-loginfailedexpt/848",
    "clock-skew",
    'com.ahsay.afc.cloud.f: Failed to login to destination "Azure (UK South)" with the credentials provided, Reason = "[B] '
    "[CloudException.LoginFailedExpt] Failed to login to cloud service with the credentials provided.\n"
    f"Error='{AZURE}', caused by [StorageException] {AZURE}",
    url="https://exampleaccount.blob.core.windows.net/?comp=list",
    at="20260302T131000Z",
    headers=[*pair, shared_key("exampleaccount", text)],
)
pair = [["x-ms-date", HTTP_DATE], ["x-ms-version", "2012-02-12"]]
text = azure_text("PUT", "/exampleaccount/mycontainer\nrestype:container", pair, "0")
case(
    "https://openillumi.com/?p=49915",
    "clock-skew",
    AZURE,
    "PUT",
    "https://exampleaccount.blob.core.windows.net/mycontainer?restype=container",
    at="20260302T083000Z",
    headers=[*pair, ["Content-Length", "0"], shared_key("exampleaccount", text)],
)
pair = [["x-ms-date", HTTP_DATE], ["x-ms-version", "2016-05-31"]]
url = "https://exampleaccount.table.core.windows.net/people"
text = f"POST\n\napplication/json\n{HTTP_DATE}\n/exampleaccount/{url}"
case(
    "https://stackguides.com/questions/42792430/adding-azure-table-entity-with-powershell-with-rest-api",
    "path-changed",
    AZURE,
    "POST",
    url,
    note="the resource of the string to sign is the whole URL",
    headers=[*pair, ["Content-Type", "application/json"], shared_key("exampleaccount", text)],
)
pair = [["x-ms-blob-type", "BlockBlob"], ["x-ms-date", HTTP_DATE], ["x-ms-version", "2011-08-18"]]
resource = "/exampleaccount/mycontainer/blob1"
sent = shared_key("exampleaccount", azure_text("PUT", resource, pair, "65536"))
case(
    "https://social.msdn.microsoft.com/Forums/en-US/68e10966-3d71-4295-a25b-5bea78fcb034/put-blob-using-azure-rest-api-returns-server-failed-to-authenticate-the-request?forum=windowsazuredata",
    ["header-changed", "payload-changed"],
    azure(escape(not_the_same(sent[1].partition(":")[2], azure_text("PUT", resource, pair, "0"))), request="d5430ddc-f146-4102-b8db-a8bfab0ed82f", time="2026-03-02T10:00:01.3354093Z"),
    "PUT",
    "https://exampleaccount.blob.core.windows.net/mycontainer/blob1",
    headers=[*pair, ["Content-Length", "65536"], sent],
)
pair = [["x-ms-blob-type", "BlockBlob"], ["x-ms-date", HTTP_DATE], ["x-ms-version", "2009-09-19"]]
resource = "/exampleaccount/pictures/ca13bd3a-d805-46ce-994e-e70560a54cda.jpg"
sent = shared_key("exampleaccount", azure_text("PUT", resource, pair, "498732"))
case(
    "https://manongdao.com/article-1408932.html",
    ["header-not-signed", "header-changed"],
    not_the_same("<request id>", azure_text("PUT", resource, pair, "498732", "image/jpeg"))[:-2],
    "PUT",
    "https://exampleaccount.blob.core.windows.net" + resource.replace("/exampleaccount", "", 1),
    headers=[*pair, ["Date", HTTP_DATE], ["Content-Type", "image/jpeg"], ["Content-Length", "498732"], sent],
)

# Pages: Azure, SAS.
resource = "/blob/exampleaccount/quickstartcontainer/sampleFile2813061026464365578.txt"
sig = quote(azure_signature(f"rl\n{SAS_START}\n{SAS_END}\n", NOISE_KEY), safe="")
case(
    "https://coderapp.vercel.app/answer/66592639",
    [],
    "Signature did not match. String to sign used was " + flat(blob_sas_text("rl", SAS_START, SAS_END, resource, "2020-02-10")) + " ",
    note="the signer's string to sign lacks fields",
    url=f"https://exampleaccount.blob.core.windows.net{resource[20:]}?sp=rl&st={SAS_START}&se={SAS_END}&sv=2020-02-10&sr=b&sig={sig}",
)
resource = "/mediasvc78m7lfh2gnn2x/asset-1/video.mp4"
text = f"r\n{SAS_START}\n{SAS_END}\n{resource}\n"
sig = quote(azure_signature(text, base64.b64encode(NOISE_KEY.encode())) + "\n", safe="")
case(
    "https://coderapp.vercel.app/answer/22003430",
    "wrong-secret",
    f"{AZURE} RequestId:ee7fd18f-cd1f-4179-8a58-c8b746d0549c Time:2026-03-02T10:00:27.0468171Z\n"
    f"Signature did not match. String to sign used was {flat(text)} ",
    note="the account key was used without decoding its base64",
    url=f"https://mediasvc78m7lfh2gnn2x.blob.core.windows.net/asset-1/video.mp4?st={quote(SAS_START, safe='')}&se={quote(SAS_END, safe='')}&sr=b&sp=r&sig={sig}",
)

# Pages: proxies and CloudFront.
url = "https://s3.example.com/rke2-snapshots/etcd-snapshot-node1-1772445600.zip"
body = sha256("snapshot")
extra = [
    ["Content-Type", "application/zip"],
    ["x-amz-meta-rke2-cluster-id", "5f0f4c3e"],
    ["x-amz-meta-rke2-node-name", "node1"],
    ["x-amz-meta-rke2-token-hash", "b1946ac92492"],
]
headers = hashed("PUT", url, "us-east-1", extra, body)
case(
    "https://blog.gitcode.com/82c490a83bc01f4b5d96a8153f912669.html",
    "header-not-signed",
    "HTTP 400: Headers Present which were not signed",
    "PUT",
    url,
    headers=headers,
    sent_headers=[*headers, ["Accept-Encoding", "gzip"], ["Proto", "HTTP/1.1"], ["Content-Length", "6556"]],
)
sig = cloudfront_base64(noise.randbytes(256))
case(
    "https://news.minory.org/599000.html",
    ["wrong-access-key", "malformed"],
    "Status Code: 403 Forbidden\nx-cache: Error from cloudfront\nKey-Pair-Id=undefined",
    url=f"https://example.cloudfront.net/protected/image.jpg?Expires={END}&Signature={sig}&Key-Pair-Id=undefined",
)
page = "https://d15xojelh58w5d.cloudfront.net/memo/kwz/cvyhkfdqn5oz0z1dz5at4z4s1jsn.kwz"
policy = json.dumps(
    {"Statement": {"Resource": page, "Condition": {"DateLessThan": {"AWS:EpochTime": END}, "IpAddress": {"AWS:SourceIp": "1.2.3.4/32"}}}},
    separators=(",", ":"),
)
malformed = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>MalformedPolicy</Code><Message>Malformed Policy</Message></Error>'
sig = cloudfront_base64(noise.randbytes(256))
case(
    "https://coderapp.vercel.app/answer/43021554",
    "malformed",
    malformed,
    url=f"{page}?Policy={cloudfront_base64(policy.encode())}&Signature={sig}&Key-Pair-Id=APKAJ6RV6ACUX5M5IAOQ",
)

# Issues of the second collection.
url = "http://192.168.1.20:3900/homeassistant"
case(
    "bauer-group/IP-HomeassistantS3CompatibleBackup/issues/1",
    "wrong-region",
    "Bad Request, Authorization header malformed, unexpected scope: 20260302/us-east-1/s3/aws4_request",
    "HEAD",
    url,
    headers=hashed("HEAD", url, key="GK31c2f218a2e44f485b94239e"),
)
page = "https://eutranscriptiondemo.blob.core.windows.net/audiofiles/Input.wav"
wrong = blob_sas_text("r", "", SAS_END, f"/blob/eutranscriptiondemo//{page}", "2019-02-02", protocol="https,http")
right = blob_sas_text("r", "", SAS_END, "/blob/eutranscriptiondemo/audiofiles/Input.wav", "2019-02-02", protocol="https,http")
case(
    "Azure/azure-sdk-for-net/issues/9139",
    "path-changed",
    f"<Error>\n<Code>AuthenticationFailed</Code>\n<Message>\n{AZURE} RequestId:xxxTime:2026-03-02T10:00:46.4526282Z\n</Message>\n"
    f"<AuthenticationErrorDetail>\nSignature did not match. String to sign used was {flat(right)}\n</AuthenticationErrorDetail>\n</Error>",
    note="the resource of the string to sign is the whole URL",
    url=f"{page}?sv=2019-02-02&spr=https%2Chttp&se={quote(SAS_END, safe='')}&sr=b&sp=r&sig={quote(azure_signature(wrong, NOISE_KEY), safe='')}",
)
pair = [["x-ms-date", HTTP_DATE], ["x-ms-version", "2015-02-21"]]
resource = "/exampleaccount/docs/readme.txt"
sent = shared_key("exampleaccount", azure_text("GET", resource, pair))
case(
    "Azure/azure-storage-net/issues/179",
    ["header-not-signed", "header-changed"],
    f"\"The MAC signature found in the HTTP request '{sent[1].partition(':')[2]}' is not the same as any computed signature\" .. \n\n"
    "The error also contains a \"Server used following string to sign: \"'GET\n\nMon, 02 Mar 2026 02:45:14 GMT\n\n\"0x8D2C2827F310779\"\n\n"
    f"x-ms-date:{HTTP_DATE}\nx-ms-version:2015-02-21... etc ... ",
    url="https://exampleaccount.blob.core.windows.net/docs/readme.txt",
    headers=[*pair, sent],
)
url = "https://bucket-v4.storage.googleapis.com/myfile.sh"
order = [
    ["content-type", "application/octet-stream"],
    ["host", "bucket-v4.storage.googleapis.com"],
    hash_header,
    ["x-amz-date", STAMP],
    ["x-amz-storage-class", "STANDARD"],
    ["x-amz-server-side-encryption", "AES256"],
]
own = canonical("GET", url, order, EMPTY, ordered=True)
seen = canonical("GET", url, order, EMPTY)
headers = hashed("GET", url, "auto", [order[0], order[4], order[5]], key="GOOG1EEXAMPLEEXAMPLEEXAMPLE", own=own)
case(
    "xcir/libvmod-awsrest/issues/32",
    [],
    f"><Error><Code>SignatureDoesNotMatch</Code><Message>{GOOGLE}</Message><StringToSign>{string_to_sign(seen, 'auto')}</StringToSign>"
    f"<CanonicalRequest>{seen.rpartition(chr(10))[0]}\n* Connection #0 to host localhost left intact",
    note="the signer's headers are not sorted",
    url=url,
    headers=headers,
)
url = "http://nginx-proxy:10300/"
case(
    "seaweedfs/seaweedfs/issues/10282",
    "host-rewritten",
    f"software.amazon.awssdk.services.s3.model.S3Exception: {SENTENCE} (Service: S3, Status Code: 403, Request ID: 1783564023541862383)",
    url=url,
    headers=hashed("GET", url),
)
url = "https://your.server/s3/"
case(
    "seaweedfs/seaweedfs/issues/6086",
    "path-prefix",
    f"ERROR: S3 error: 403 (SignatureDoesNotMatch): {SENTENCE}",
    url=url,
    headers=hashed("GET", url),
)
url = "https://s3.example.com/"
case(
    "seaweedfs/seaweedfs/issues/6839",
    "default-port",
    f"ERROR: S3 error: 403 (SignatureDoesNotMatch): {SENTENCE}",
    url=url,
    headers=hashed("GET", url),
)
url = "https://rgw.example.com/bkt/a.html"
headers = hashed("PUT", url, payload="UNSIGNED-PAYLOAD")
case(
    "oven-sh/bun/issues/43029",
    "header-not-signed",
    'HTTP/1.1 403 Forbidden\nContent-Type: application/xml\n\n<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code>'
    "<Message/><RequestId>tx00000c1f0a5d2d3a1b2c3-0069a55d21-5e0f1-default</RequestId><HostId>5e0f1-default-default</HostId></Error>",
    "PUT",
    url,
    headers=headers,
    sent_headers=[*headers, ["Content-Type", "text/html;charset=utf-8"]],
)
case(
    "supabase/supabase/issues/48880",
    "signed-twice",
    "InvalidSignature: Unsupported authorization type",
    url=presign("GET", "http://localhost:8000/storage/v1/s3/documents/report.pdf", "local"),
    sent_headers=[["Authorization", "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"]],
)
case(
    "googleapis/google-cloud-ruby/issues/7655",
    "parameter-reencoded",
    f"SignatureDoesNotMatch{GOOGLE}",
    url=uploader_v4(
        "https://storage.googleapis.com/my-bucket-name/filepath/filename.txt",
        query="&response-content-disposition=attachment%3B+filename%3D%22test+1.txt%22",
    ),
)
url = "http://cos.ap-guangzhou.myqcloud.com/bucket-125000000/test.txt"
case(
    "gobackup/gobackup/issues/268",
    "addressing-style",
    'HTTP/1.1 403 Forbidden\n\n<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n    <Code>PathStyleDomainForbidden</Code>\n'
    "    <Message>The bucket you are attempting to access must be addressed using COS virtual-styled domain.</Message>\n</Error>",
    url=url,
    headers=hashed("GET", url, "ap-guangzhou"),
)
url = presign("GET", "https://example-bucket.s3.example.com/uploads/1/video.mp4", "us-west")
case(
    "cloudreve/cloudreve/issues/3543",
    "host-rewritten",
    f"HTTP 403\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>",
    url=url,
    sent_url=url.replace("example-bucket.s3.example.com", "abc.com"),
)
url = "http://localhost:9000/mybucket"
stamps = [hash_header, ["x-amz-date", STAMP]]
own = canonical("GET", url, [["host", "localhost"], *stamps], EMPTY)
case(
    "cloudyr/aws.s3/issues/222",
    "port-differs",
    "signature doesn't match",
    url=url,
    headers=hashed("GET", url, own=own),
)
url = "https://project.supabase.co/storage/v1/s3/your-bucket?list-type=2&prefix=my%20picture%20%28&delimiter=%2F&encoding-type=url"
case(
    "supabase/storage/pull/793",
    "parameter-reencoded",
    f"An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation: {SENTENCE}",
    url=url,
    headers=hashed("GET", url, "eu-west-1"),
)
case(
    "rclone/rclone/issues/7616",
    [],
    "400 Bad Request",
    note="the server takes no presigned URLs",
    url=presign_v2("GET", "http://localhost:8080/media/movie.mkv"),
)
# The fix (Azurite pull 2569) is about user delegation SAS of version 2025-07-05, whose text has two
# more lines.
resource = "/blob/devstoreaccount1/uploads/a.txt"
day = "2026-03-03T09:45:00Z"
oid, tid = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"
text = "\n".join(
    ["r", SAS_START, SAS_END, resource, oid, tid, SAS_START, day, "b", "2025-07-05", *[""] * 5, "", "https", "2025-07-05", "b", "", "", *[""] * 5]
)
pairs = [
    ("skoid", oid), ("sktid", tid), ("skt", SAS_START), ("ske", day), ("sks", "b"), ("skv", "2025-07-05"), ("sv", "2025-07-05"),
    ("spr", "https"), ("st", SAS_START), ("se", SAS_END), ("sr", "b"), ("sp", "r"), ("sig", azure_signature(text, NOISE_KEY)),
]
case(
    "Azure/Azurite/issues/2567",
    [],
    f"<Error>\n<Code>AuthorizationFailure</Code>\n<Message>\n{AZURE.replace('of Auth', 'of the Auth')}\nRequestId:[REDACTED]\n"
    "Time:2026-03-02T10:00:57.408Z\n</Message>\n</Error>",
    note="the emulator computes another string to sign for this version",
    url="https://127.0.0.1:10000/devstoreaccount1/uploads/a.txt?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs),
)

# Reports of a third collection.

def seaweed(bucket, key):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message><Resource>/{bucket}/{key}</Resource>"
        f"<RequestId>1738862569234232483</RequestId><Key>{key}</Key><BucketName>{bucket}</BucketName></Error>"
    )


def go_error(operation, message, status=403, request="", host=""):
    return f"operation error S3: {operation}, https response error StatusCode: {status}, RequestID: {request}, HostID: {host}, api error {message}"


def boto_error(operation, code, message):
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"


OTHER_KEY = base64.b64encode(b"the key of another account, of 64 bytes, which nobody uses here!").decode()
CLOSED = "Signature did not match. String to sign used was "


def shared_text(method, resource, headers, length="", content_type=""):
    """Returns the string to sign of Shared Key. `headers` are those with `x-ms-`."""
    fields = [method, "", "", length, "", content_type, "", "", "", "", "", ""]
    return "\n".join([*fields, *(f"{name}:{value}" for name, value in sorted(headers)), resource])


def shared(account, text, key=ACCOUNT_KEY):
    return ["Authorization", f"SharedKey {account}:{azure_signature(text, key)}"]


def mac(sig, text):
    return f"The MAC signature found in the HTTP request '{sig}' is not the same as any computed signature. Server used following string to sign: '{text}'."


def sig_of(header):
    return header[1].rpartition(":")[2]


# The cases of S3-compatible stores: headers changed or not sent.

url = "https://ceph.example.com/"
sdk = [["Accept-Encoding", "identity"], ["amz-sdk-invocation-id", "8d6dffb6-1f5c-4a4a-a29a-9e2a8f1f4f75"], ["amz-sdk-request", "attempt=1; max=10"]]
case(
    "rclone/rclone/issues/8206",
    "header-changed",
    "2026/03/02 10:00:00 NOTICE: Failed to ls: " + go_error("ListBuckets", "SignatureDoesNotMatch: UnknownError", request="tx00000d9f8f4c1b0a54c0f-0069a56310-2c8fcd34-default", host="2c8fcd34-default-default"),
    url=url + "?x-id=ListBuckets",
    headers=hashed("GET", url + "?x-id=ListBuckets", "us-east-1", sdk),
    evidence="none",
)
url = "https://storage.googleapis.com/examplebucket/?list-type=2&prefix=backup%2F"
case(
    "aws/aws-sdk-go-v2/issues/1816",
    "header-changed",
    go_error("ListObjectsV2", "SignatureDoesNotMatch: " + GOOGLE),
    url=url,
    headers=hashed("GET", url, "auto", sdk, key="GOOGTS7C7FUP3AIRVEXAMPLE"),
    evidence="none",
)
url = presign_v2("PUT", "http://localhost:9000/test/passwd")
case(
    "minio/minio/issues/5031",
    ["header-not-signed", "header-changed"],
    minio("test", "passwd"),
    "PUT",
    url,
    sent_headers=[["Content-Length", "2461"], ["host", "localhost:9000"], ["content-type", "false"], ["Connection", "close"]],
    evidence="none",
)
host = "https://examplebucket.3cbf0af2756757b1.r2.cloudflarestorage.com"
signed = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Type": "application/json"}
case(
    "ttktjmt/mjswan/issues/119",
    "header-not-sent",
    "Uploading manifest.json (86912 bytes)…\nPublish failed: Upload failed for manifest.json: HTTP 403 (manifest.json)",
    "PUT",
    presign("PUT", f"{host}/scenes/42/manifest.json", "auto", headers=signed),
    headers=[[name, value] for name, value in signed.items()],
    sent_headers=[["Content-Type", "application/json"]],
    evidence="none",
)
signed = {"Content-Disposition": 'attachment; filename="my report.pdf"'}
case(
    "Mininglamp-OSS/octo-server/pull/219",
    "header-changed",
    "403 SignatureDoesNotMatch",
    "PUT",
    presign("PUT", "https://files.example.com/chat/1/my%20report.pdf", "us-east-1", headers=signed),
    headers=[[name, value] for name, value in signed.items()],
    evidence="none",
)

# Host and port.

url = "http://localhost:30030/test-bucket/file.txt"
case("Genbox/SimpleS3/issues/61", "port-differs", minio("test-bucket", "file.txt"), "PUT", url, headers=hashed("PUT", url, "auto", payload=sha256("hello"), host="localhost"), evidence="none")
url = presign("PUT", "http://127.0.0.1:9095/public/avatar.png", "us-east-1")
case(
    "serverpod/serverpod/issues/5704",
    "port-differs",
    f"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message></Error>",
    "PUT",
    presign_text(url, canonical("PUT", url, host="127.0.0.1"), "us-east-1"),
    **KNOWN,
    evidence="none",
)
case(
    "pydantic/pydantic-ai/issues/7347",
    "port-differs",
    "403 SignatureDoesNotMatch",
    url=presign("GET", "http://localhost:9000/documents/report.pdf", "us-east-1"),
    sent_headers=[["Host", "localhost"]],
    evidence="none",
)
url = "https://s3.example.com:443/examplebucket/data.bin"
case("seaweedfs/seaweedfs/pull/8434", "default-port", seaweed("examplebucket", "data.bin"), url=url, headers=[["Host", "s3.example.com:443"], *hashed("GET", url)], evidence="none")
url = "https://s3.example.com:30007/examplebucket/data.bin"
case(
    "seaweedfs/seaweedfs/pull/8464",
    "port-differs",
    boto_error("PutObject", "SignatureDoesNotMatch", SENTENCE),
    "PUT",
    url,
    headers=[["Host", "s3.example.com:30007"], *hashed("PUT", url, payload=sha256("data"))],
    evidence="none",
)
disposition = "?response-content-disposition=" + quote('attachment; filename="coba.png"', safe="")
url = presign("GET", "https://examplebucket.oss-ap-southeast-5.aliyuncs.com/folder1/coba.png" + disposition, "oss-ap-southeast-5", expires=53999)
case(
    "aliyun/aliyun-oss-go-sdk/issues/424",
    "host-rewritten",
    "SignatureDoesNotMatch",
    url=url,
    sent_url=url.replace("examplebucket.oss-ap-southeast-5.aliyuncs.com", "sub.domain.com"),
    evidence="none",
)

# Path and addressing.

case(
    "durch/rust-s3/pull/133",
    ["path-not-encoded", "path-changed"],
    http("403 Forbidden", minio("rust-s3", "folder/photo.jpg")),
    "PUT",
    presign("PUT", "http://localhost:9000/rust-s3/folder%2Fphoto.jpg", "us-east-1"),
    evidence="none",
)
url = "http://minio.example.com/somebucketName?location="
case(
    "minio/minio-java/issues/648",
    "path-normalized",
    "error occurred\nErrorResponse(code=SignatureDoesNotMatch, message=" + SENTENCE + ", bucketName=somebucketName, objectName=null, resource=/somebucketName, requestId=3L137, hostId=3L137)",
    url=url,
    headers=hashed("GET", url),
    sent_url="http://minio.example.com/somebucketName/?location=",
    evidence="none",
)
url = "https://octopize.local/storage/fb14c3d7/input/wbcd.csv"
case(
    "seaweedfs/seaweedfs/issues/7320",
    "path-prefix",
    boto_error("PutObject", "SignatureDoesNotMatch", SENTENCE),
    "PUT",
    url,
    headers=hashed("PUT", url, "eu-west-3", chunked(14335), TRAILER),
    evidence="none",
)
case(
    "chaitin/MonkeyCode/pull/1212",
    ["path-prefix", "addressing-style"],
    "SignatureDoesNotMatch",
    "PUT",
    presign("PUT", "https://examplebucket.cdn.example.com/uploads/a.zip", "oss-cn-hangzhou"),
    evidence="none",
)
url = "https://s3.amazonaws.com/rclone-test-useast/dir/file%20with%20space2.txt"
sts = f"PUT\n\ntext/plain; charset=utf-8\n{HTTP_DATE}\n/rclone-test-useast/dir/file with space2.txt"
case(
    "rclone/rclone/issues/2438",
    "path-not-encoded",
    f"2026/03/02 10:00:01 ERROR : file with space2.txt: Failed to copy: SignatureDoesNotMatch: {SENTENCE}\n\tstatus code: 403, request id: 882D8CA9669576BB, host id: hKslnqX02qB2tqgb3xh4HoXgdcy1o9vg28mkT3RuC0GqKZ05WIaYwrNNUBWXXvYnXfV+cm04Hgw=",
    "PUT",
    url,
    headers=[["Content-Type", "text/plain; charset=utf-8"], ["Date", HTTP_DATE], ["Authorization", f"AWS {ID}:{signature_v2(sts)}"]],
    evidence="none",
)
query = "?uploadId=2~jyZszEoDF4u8dgSDef4oyftCyz-QpQa"
url = f"http://mybucket.localhost/%40sample%2016.txt{query}"
body = sha256("<CompleteMultipartUpload></CompleteMultipartUpload>")
case(
    "s3tools/s3cmd/issues/780",
    "path-not-encoded",
    "ERROR: S3 error: 403 (SignatureDoesNotMatch)",
    "POST",
    url,
    headers=hashed("POST", url, "US", [["content-length", "223"]], body),
    sent_url=f"http://mybucket.localhost/%40sample+16.txt{query}",
    evidence="none",
)
path = "https://oss-cn-beijing.aliyuncs.com/my-bucket/test/vector/2026/03/02/10/1_1772445600-5f1c.log.gz"
case(
    "vectordotdev/vector/issues/20746",
    "addressing-style",
    'Response { status: StatusCode(403), headers: Headers { headers: {"server": HeaderValue { _private: H0("AliyunOSS") }, "content-type": HeaderValue { _private: H0("application/xml") }, '
    '"x-oss-ec": HeaderValue { _private: H0("0003-00001401") }} }, body: SdkBody { inner: Once(Some(b"<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error>\\n  <Code>SecondLevelDomainForbidden</Code>\\n  '
    '<Message>Please use virtual hosted style to access.</Message>\\n  <RequestId>667BA8E2</RequestId>\\n  <HostId>oss-cn-beijing.aliyuncs.com</HostId>\\n  <EC>0003-00001401</EC>\\n</Error>\\n")), retryable: true } }',
    "PUT",
    path,
    headers=hashed("PUT", path, "oss-cn-beijing", payload=sha256("log")),
    evidence="words",
)
path = "https://oss-cn-hangzhou.aliyuncs.com/examplebucket/app-1.0.0.dmg"
case(
    "electron-userland/electron-builder/issues/8674",
    "addressing-style",
    "⨯ SecondLevelDomainForbidden: Please use virtual hosted style to access.\n\tstatus code: 403, request id: 672F8365A8317D3434CC276F, host id: \ngithub.com/develar/app-builder/pkg/publisher.upload",
    "PUT",
    path,
    headers=hashed("PUT", path, "oss-cn-hangzhou", payload=sha256("dmg")),
    evidence="words",
)

# Query.

url = "http://rgw.example.com/examplebucket/?delimiter=+&encoding-type=url"
pairs = [["x-amz-content-sha256", EMPTY], stamp]
own = canonical("GET", url, pairs, EMPTY, query="delimiter=%20&encoding-type=url")
case(
    "ceph/ceph/pull/35551",
    ["parameter-reencoded", "parameter-changed"],
    "com.amazonaws.services.s3.model.AmazonS3Exception: null (Service: Amazon S3; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: tx0000000000000000011cf-005c904d08-fcf8b-default; S3 Extended Request ID: fcf8b-default-default)",
    url=url,
    headers=hashed("GET", url, own=own),
    evidence="none",
)
url = presign("GET", "http://localhost:4566/examplebucket/test.txt?response-content-disposition=attachment%3B%20filename%3Dtest.txt&response-content-type=text%2Fplain", "us-east-1")
case("localstack/localstack/issues/3912", "parameter-reencoded", xml("SignatureDoesNotMatch", SENTENCE), url=url, **KNOWN, evidence="none")

# Access key, region and version.

url = "https://s3.us-west-001.backblazeb2.com/examplebucket?list-type=2&prefix=site"
case(
    "timmyomahony/craft-remote-backup/issues/11",
    "wrong-access-key",
    'Backblaze B2 Error ("Malformed Access Key Id")',
    url=url,
    headers=hashed("GET", url, "us-west-001", key="4a48fe8875c6"),
    evidence="words",
)
case(
    "vastsa/FileCodeBox/issues/148",
    "sigv2-not-taken",
    "UnauthorizedSigV2 authorization is not supported. Please use SigV4 instead.",
    url=presign_v2("GET", "https://3cbf0af2756757b1.r2.cloudflarestorage.com/examplebucket/share/data/2024/04/13/a.zip"),
    evidence="words",
)
url = "http://garage:3900/?continuation-token=&max-buckets=10000&prefix=&x-id=ListBuckets"
case(
    "versity/versitygw/issues/1990",
    "wrong-region",
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>Authorization header malformed, unexpected scope: '
    f"{DAY}/us-east-1/s3/aws4_request</Message><Resource>/</Resource><Region>garage</Region></Error>",
    url=url,
    headers=hashed("GET", url, "us-east-1", [["Accept-Encoding", "identity"], ["amz-sdk-invocation-id", "9739a80f-e32e-4495-8329-ed52c765cca9"], ["amz-sdk-request", "attempt=1; max=1"]], key="GK31c2f218a2e44f485b94239e"),
    evidence="words",
)

# Time.

url = "http://localhost:9000/test/a.txt"
case("minio/minio/issues/5631", "clock-skew", "The difference between the request time and the server's time is too large", url=url, headers=hashed("GET", url), evidence="words")
url = "https://minio.example.com/backupbucket?list-type=2&prefix=backupstore%2F"
case(
    "longhorn/longhorn/issues/3436",
    "clock-skew",
    "AWS Error: RequestTimeTooSkewed The difference between the request time and the server's time is too large.",
    url=url,
    headers=hashed("GET", url),
    evidence="words",
)

# Bodies in chunks.

url = "https://s3s.example.com/examplebucket/notes.txt"
case(
    "s3s-project/s3s/issues/328",
    "streaming-not-taken",
    "An error occurred (XAmzContentSHA256Mismatch) when calling the PutObject operation (reached max retries: 2): invalid header: x-amz-content-sha256",
    "PUT",
    url,
    headers=hashed("PUT", url, "us-east-1", chunked(11), TRAILER),
    evidence="words",
)
url = "https://gateway.example.com/examplebucket/notes.txt"
case(
    "storj/gateway-st/issues/89",
    "streaming-not-taken",
    boto_error("PutObject", "MissingContentLength", "You must provide the Content-Length HTTP header."),
    "PUT",
    url,
    headers=[*hashed("PUT", url, "us-east-1", chunked(1048576), TRAILER), ["Transfer-Encoding", "chunked"]],
    evidence="words",
)
url = "https://storage.example.com/examplebucket/object.bin"
case(
    "flyology-ada/flyology-object-storage/issues/24",
    "streaming-not-taken",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed</Message></Error>',
    "PUT",
    url,
    headers=hashed("PUT", url, "us-east-1", chunked(4096), TRAILER),
    evidence="none",
)
url = "https://seaweed.example.com/6b488237/69d2d994/input/iris.csv"
case(
    "seaweedfs/seaweedfs/issues/6517",
    "streaming-not-taken",
    "I0206 17:22:49.234439 error_handler.go:96 status 403 application/xml: " + seaweed("6b488237", "69d2d994/input/iris.csv"),
    "PUT",
    url,
    headers=hashed("PUT", url, "us-east-1", chunked(3976), TRAILER),
    evidence="none",
)
url = "https://rustfs.example.com/obsidian/vault/image.png"
case(
    "tscibilia/home-ops/issues/2126",
    "streaming-not-taken",
    "S3Error(Inner { code: SignatureDoesNotMatch ... })\nThe HTTP connection timed out (HeaderTimeout): read header from client timeout",
    "PUT",
    url,
    headers=hashed("PUT", url, "us-east-1", [["x-amz-decoded-content-length", "66560"], ["Content-Encoding", "aws-chunked"]], "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    evidence="none",
)

# CloudFront.

missing = xml("AccessDenied", "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
case(
    "jasonsims/aws-cloudfront-sign/issues/8",
    "other-scheme",
    'AccessDenied: "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"',
    url=canned("http://examplebucket.s3.amazonaws.com/videos/a.mp4", expires=END - 1800, key="APKAJKE6G5ZZE3J2XTAQ"),
    evidence="words",
)
case("catalyst/moodle-tool_objectfs/issues/302", "other-scheme", missing, url=canned(f"{CLOUDFRONT}/3f/a8/3fa8c8f2d4b1e7a6"), evidence="words")

# Azure Storage.

headers = [["x-ms-client-request-id", "9946a030-fc2a-11ea-8868-cf3f186f1007"], ["x-ms-date", HTTP_DATE], ["x-ms-version", "2018-03-28"]]
text = shared_text("GET", "/systems/\n_:1600707047862\ncomp:list\nmaxresults:25", headers)
signed = shared("systems", text, OTHER_KEY)
pasted = text.replace("GET" + "\n" * 12, "GET\n\n")
case(
    "microsoft/AzureStorageExplorer/issues/3610",
    ["wrong-secret", "other-keys-secret"],
    "Authentication error: " + mac("KEY CODE I REMOVED", pasted),
    url="https://systems.file.core.windows.net/?_=1600707047862&comp=list&maxresults=25",
    headers=[*headers, signed],
    evidence="text",
)
headers = [["x-ms-blob-type", "BlockBlob"], ["x-ms-client-request-id", "3522da8c-df15-11e6-bf69-000d3a229a4b"], ["x-ms-date", HTTP_DATE], ["x-ms-version", "2019-07-07"]]
resource = "/myaccount/mycontainer/hello.txt"
signed = shared("myaccount", shared_text("PUT", resource, headers, "11", "application/octet-stream"))
seen = shared_text("PUT", resource, headers, "", "application/octet-stream")
case(
    "Azure/azure-sdk-for-js/issues/8903",
    "header-not-sent",
    azure(mac(sig_of(signed), seen)),
    "PUT",
    "https://myaccount.blob.core.windows.net/mycontainer/hello.txt",
    headers=[["Content-Length", "11"], ["Content-Type", "application/octet-stream"], *headers, signed],
    evidence="text",
)
headers = [["x-ms-blob-content-type", "application/octet-stream"], ["x-ms-blob-type", "BlockBlob"], ["x-ms-client-request-id", "a061e3ab-5f5a-400f-97e2-f29e430f6cbe"], ["x-ms-date", HTTP_DATE], ["x-ms-meta-keyname", "  value with space at start"], ["x-ms-return-client-request-id", "true"], ["x-ms-version", "2021-04-10"]]
signed = shared("myaccount", shared_text("PUT", "/myaccount/mycontainer/sample.txt", headers, "9509", "application/octet-stream"))
case(
    "Azure/azure-sdk-for-net/issues/28211",
    "header-changed",
    f"Status: 403 ({AZURE})\n\t\tErrorCode: AuthenticationFailed\n\t\t\n\t\tAdditional Information:\nAuthenticationErrorDetail: " + mac(sig_of(signed), "").split(" Server used")[0],
    "PUT",
    "https://myaccount.blob.core.windows.net/mycontainer/sample.txt",
    headers=[["Content-Length", "9509"], ["Content-Type", "application/octet-stream"], *headers, signed],
    evidence="none",
)
headers = [["x-ms-blob-type", "BlockBlob"], ["x-ms-client-request-id", "c37dbd1a-bf99-11e9-a7bd-f894c2a8b3ab"], ["x-ms-date", HTTP_DATE], ["x-ms-meta-DocName", "Utah Contracts 1    "], ["x-ms-meta-LDate", "6/19/2018 12:15:16 PM"], ["x-ms-version", "2019-02-02"]]
signed = shared("myaccount", shared_text("PUT", "/myaccount/mycontainer/contract.pdf", [[name.lower(), value] for name, value in headers], "61932"))
detail = "The MAC signature found in the HTTP request '(redacted base64 string)' is not the same as any computed signature. Server used following string to sign: 'PUT 61932 ...'"
case(
    "Azure/azure-storage-python/issues/628",
    "header-changed",
    f"azure.common.AzureHttpError: {AZURE} ErrorCode: AuthenticationFailed\n" + azure(detail),
    "PUT",
    "https://myaccount.blob.core.windows.net/mycontainer/contract.pdf",
    headers=[["Content-Length", "61932"], *headers, signed],
    evidence="text",
)
name = "Gastroenterology (a1b2c3d4) - SPA.rtf"
headers = [["x-ms-blob-type", "BlockBlob"], ["x-ms-client-request-id", "0f8fad5b-d9cb-469f-a165-70867728950e"], ["x-ms-date", HTTP_DATE], ["x-ms-meta-attachmenttype", "ReferralFile"], ["x-ms-meta-contenttype", "application/rtf"], ["x-ms-meta-filename", name], ["x-ms-meta-id", "164348"], ["x-ms-meta-sourceenvironment", "BHR"], ["x-ms-return-client-request-id", "true"], ["x-ms-version", "2025-05-05"]]
resource = "/myaccount/mycontainer/0f8fad5b"
own = [[key, "Gastroenterology (a1b2c3d4)\n - SPA.rtf" if key == "x-ms-meta-filename" else value] for key, value in headers]
signed = shared("myaccount", shared_text("PUT", resource, own, "25311", "application/octet-stream"))
seen = shared_text("PUT", resource, headers, "25311", "application/octet-stream")
tail = seen[seen.index("x-ms-blob-type"):]
case(
    "Azure/azure-sdk/issues/8752",
    "header-changed",
    tail + "'.</AuthenticationErrorDetail></Error>\n\nHeaders:\nServer: Microsoft-HTTPAPI/2.0\nx-ms-request-id: eaa0db57-101e-00ab-186a-b0f7c1000000\nx-ms-error-code: AuthenticationFailed\nContent-Length: 1039\nContent-Type: application/xml\n",
    "PUT",
    "https://myaccount.blob.core.windows.net/mycontainer/0f8fad5b",
    headers=[["Content-Length", "25311"], ["Content-Type", "application/octet-stream"], *own, signed],
    evidence="text",
)
headers = [["x-ms-blob-type", "BlockBlob"], ["x-ms-date", HTTP_DATE], ["x-ms-version", "2011-08-18"]]
signed = shared("myaccount", shared_text("PUT", "/myaccount/install/Icons[16].png.deploy", headers, "1150", "application/octet-stream"))
case(
    "http://stackoverflow.com/questions/13686792/upload-file-with-brackets-in-the-name",
    "path-not-encoded",
    f"Error accessing blob storage: {AZURE}",
    "PUT",
    "https://myaccount.blob.core.windows.net/install/Icons[16].png.deploy",
    headers=[["Content-Length", "1150"], ["Content-Type", "application/octet-stream"], *headers, signed],
    evidence="none",
)
fields = {"st": "2026-03-01T00:00Z", "se": "2028-03-01T00:00Z", "sp": "rl", "sv": "2018-11-09", "sr": "c"}
sig = azure_signature(sas_text(SAS_2018, "/blob/ggvhd883diskstest/gg-vhd-8-8-3.vhd", fields))
seen = sas_text(SAS_2018, "/blob/ggvhd883diskstest/vhds", fields)
case(
    "Azure/azure-cli/issues/17453",
    "path-changed",
    CLOSED + flat(seen),
    url="https://ggvhd883diskstest.blob.core.windows.net/vhds/gg-vhd-8-8-3.vhd?" + sas_query(fields, sig),
    evidence="text",
)
fields = {"sp": "r", "st": "2026-03-02T09:45:00Z", "se": "2026-03-02T17:45:00Z", "sv": "2021-06-08", "sr": "c"}
sig = azure_signature(sas_text(SAS_2018, "/blob/myaccount/annotate", fields))
seen = sas_text(SAS_2020, "/blob/myaccount/annotate", fields)
case(
    "Azure/AzureStor/issues/140",
    [],
    f"<Error>\n<Code>AuthenticationFailed</Code>\n<Message>{AZURE} RequestId:2b7236bd-301e-004c-2d6b-757ef4000000 Time:2026-03-02T10:01:00.7678924Z</Message>\n"
    f"<AuthenticationErrorDetail>{CLOSED}{flat(seen)} </AuthenticationErrorDetail>\n</Error>",
    url="https://myaccount.blob.core.windows.net/annotate/london.csv?" + sas_query(fields, sig),
    note="the string to sign is that of an older version, without ses",
    evidence="text",
)
fields = {"st": "2026-03-02T09:00:00Z", "se": "2026-03-02T11:59:59Z", "sp": "r", "sv": "2021-04-10", "sr": "b"}
sig = azure_signature(sas_text(SAS_2020, "/blob/devstoreaccount1/images/cat.png", fields))
case(
    "Azure/Azurite/issues/1404",
    [],
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Error>\n  <Code>AuthorizationFailure</Code>\n  <Message>Server failed to authenticate the request. Make sure the value of the Authorization header is formed correctly including the signature.\n'
    "RequestId:762925f4-b62f-46a1-95ac-9455f0045ff8\nTime:2026-03-02T10:01:00.199Z</Message>\n</Error>",
    url="http://127.0.0.1:10000/devstoreaccount1/images/cat.png?" + sas_query(fields, sig),
    note="the server builds the string to sign of an older version, without ses",
    evidence="none",
)

write()
