"""Writes refusals.jsonl: rejected requests of public bug reports, with the response of the server.

Usage: python3 refusals.py > refusals.jsonl   (needs botocore 1.43)
"""

import json
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth

from refusal_requests import (
    AZURE, CLOUDFRONT, EMPTY, END, GOOGLE, HOST, ID, KNOWN, NOW, SAS_2020, SENTENCE, TEMPORARY,
    api, azure, azure_signature, canned, canonical, case, custom_policy, escape, flat,
    google_v2, google_v4, hash_header, http, mismatch, presign, presign_text, presign_v2,
    sas_query, sas_text, sha256, sign, sign_text, signature, signature_v2, stamp,
    string_to_sign, write, xml,
)

plain = presign("GET", f"{HOST}/folder/a.txt")
put = presign("PUT", f"{HOST}/folder/a.txt")
v2 = presign_v2("GET", "https://s3.amazonaws.com/examplebucket/folder/a.txt")
v2_put = presign_v2("PUT", "https://s3.amazonaws.com/examplebucket/folder/a.txt")
bare = xml("SignatureDoesNotMatch", SENTENCE)

# What differs between the signed and the sent request.
base = presign("POST", f"{HOST}/debug/upload.data?uploadId=abc")
query = "&%3CCompleteMultipartUpload%3E%0A%20%20%3CPart%3E="
seen = canonical("POST", base + query)
case("aws/aws-sdk-php/issues/1078", "parameter-added", mismatch(seen)[:-180], "POST", base)
base = presign_v2("POST", "https://s3.amazonaws.com/examplebucket/up/1?uploadId=abc")
sts = f"POST\n\napplication/json\n{END}\n/examplebucket/up/1?uploadId=abc"
case("boto/boto3/issues/3114", ["header-not-signed", "header-changed"], mismatch(sts=sts), "POST", base)
case(
    "minio/minio/issues/12924",
    ["header-not-signed", "header-changed"],
    xml("SignatureDoesNotMatch", SENTENCE, "<Key>folder/a.txt</Key><BucketName>examplebucket</BucketName>"),
    url=v2,
    sent_headers=[["Content-Type", "application/x-msi"]],
)
sts = f"GET {END} /examplebucket/folder/a.txt"
body = f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>\n{SENTENCE}\n</Message>\n<StringToSign>\n{sts}</StringTo"
case("aws/aws-sdk-js/issues/948", "method", body, "PUT", v2_put)
body = f"<-Error>\n<-Code>SignatureDoesNotMatch<-/Code>\n<-Message>\n{SENTENCE}\n</Message>\n<-StringToSign>\n{sts}\n<-/StringToSign>\n<-/Error>"
case("aws/aws-sdk-net/issues/282", "method", body, "PUT", v2_put)
google = google_v2("https://storage.googleapis.com/examplebucket/a.png", 13575340800)
body = xml("SignatureDoesNotMatch", GOOGLE, "<StringToSign>GET 13575340800 /examplebucket/a.png</StringToSign>")
case("googleapis/google-cloud-node/issues/2814", "method", body, "PUT", google)
seen = canonical("GET", put)
case("aws/aws-sdk-js/issues/457", "method", mismatch(seen), "PUT", put)
case("samvera/browse-everything/issues/341", "method", "", sent_method="HEAD")
case("floci-io/floci/issues/2412", "method", http("403 Forbidden", bare), "PUT", sent_method="OPTIONS")
disposition = presign("GET", f"{HOST}/folder/a.txt", headers={"response-content-disposition": "attachment"})
seen = flat(canonical("GET", disposition, [("response-content-disposition", "")]))
case(
    "ex-aws/ex_aws_s3/issues/124",
    "header-not-sent",
    f"...\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n...\n<CanonicalRequest>{escape(seen)}</CanonicalRequest>\n...",
    url=disposition,
    headers=[["response-content-disposition", "attachment"]],
)
te = presign("GET", f"{HOST}/folder/a.txt", headers={"x-amz-te": "append-md5"})
case(
    "aws/aws-sdk-java-v2/issues/2154",
    "header-not-sent",
    mismatch(canonical("GET", te, [("x-amz-te", "")])),
    url=te,
    headers=[["x-amz-te", "append-md5"]],
)
case(
    "minio/minio/issues/8624",
    "host-rewritten",
    bare,
    url=presign("GET", "https://minio.example.com/examplebucket/a.txt", "us-east-1"),
    sent_url=presign("GET", "https://minio.example.com/examplebucket/a.txt", "us-east-1").replace("https://minio.example.com", "http://minio.internal:9000"),
)
spaces = presign("GET", "https://example.sfo2.digitaloceanspaces.com/issue/foo.txt", "sfo2")
case(
    "durch/rust-s3/issues/144",
    ["path-changed", "path-not-encoded"],
    bare,
    url=spaces,
    sent_url=spaces.replace("issue/foo", "issue%2Ffoo"),
)

# What the signer did wrong; the server has the same text as we do.
url = f"{HOST}/test%20file"
pairs = [tuple(hash_header), tuple(stamp)]
own = canonical("GET", url, pairs, EMPTY, "/test%2520file")
seen = canonical("GET", url, pairs, EMPTY)
host = ["host", "examplebucket.s3.eu-west-1.amazonaws.com"]
case(
    "envoyproxy/envoy/issues/35023",
    "path-encoded-twice",
    mismatch(seen),
    url=url,
    headers=sign_text([host, hash_header, stamp], own),
    **KNOWN,
)
url = presign("GET", f"{HOST}/test%20onno")
own = canonical("GET", url, path="/test%2520onno")
case("aws-beam/aws_signature/issues/27", "path-encoded-twice", mismatch(canonical("GET", url)), url=presign_text(url, own), **KNOWN)
own = canonical("GET", plain, payload=EMPTY)
case("iksteen/aws-request-signer/pull/13", ["payload-unsigned", "payload-changed"], mismatch(canonical("GET", plain)), url=presign_text(plain, own), **KNOWN)
url = "https://search-logs.eu-west-1.es.amazonaws.com/_plugin/index-pattern/*"
host = ["host", "search-logs.eu-west-1.es.amazonaws.com"]
own = canonical("POST", url, [tuple(stamp)], EMPTY, "/_plugin/index-pattern/*")
seen = canonical("POST", url, [tuple(stamp)], EMPTY, "/_plugin/index-pattern/%2A")
case(
    "carsales/aws-request-signer/issues/10",
    "path-not-encoded",
    api(seen, "es"),
    "POST",
    url,
    headers=sign_text([host, stamp], own, service="es"),
    **KNOWN,
)
url = "https://id.execute-api.eu-west-1.amazonaws.com/Development/ui/landing"
signed = sign("POST", url, service="execute-api", headers={"Content-Type": "application/json"}, body=b"{}")
seen = canonical("POST", url, [("content-type", "text/plain"), tuple(stamp)], sha256("{}"))
case("mhart/aws4/issues/110", "header-changed", json.dumps(json.dumps({"message": api(seen, "execute-api")})), "POST", url, headers=signed)
url = "https://sellingpartnerapi-eu.example.com/sellers/v1/participations"
signed = sign("GET", url, service="execute-api", token="IQoJb3JpZ2luX2VjEXAMPLE")
seen = canonical("GET", url, [tuple(stamp), ("x-amz-security-token", "")], EMPTY)
case(
    "amzn/selling-partner-api-models/issues/1101",
    ["token-missing", "header-not-sent"],
    '<Response [403]>\n{\n  "errors": [\n    {\n      "message": "' + api(seen, "execute-api") + '",\n     "code": "InvalidSignature"\n    }\n  ]\n}',
    url=url,
    headers=signed,
)
acl = ["x-amz-acl", "public-read"]
url = f"{HOST}/v_1.mp4"
signed = sign("PUT", url, headers={"x-amz-acl": "public-read"})
seen = canonical("PUT", url, [("x-amz-acl", "public-read"), *pairs], EMPTY)
text = json.dumps(mismatch(seen)).replace("</", "<\\/")
case("WWBN/AVideo/issues/9667", "wrong-secret", text, "PUT", url, headers=signed)

# Region and scope.
wrong = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting '{}'"
america = presign("GET", "https://examplebucket.s3.amazonaws.com/a.txt", "us-east-1")
case(
    "fabric8io/kubernetes-alexa/issues/5",
    "wrong-region",
    "[ERROR] Failed to execute goal deploy (default-cli) on project x: " + wrong.format("eu-west-1")
    + " (Service: Amazon S3; Status Code: 400; Error Code: AuthorizationHeaderMalformed; Request ID: ) -> [Help 1]",
    url=america,
)
text = xml("AuthorizationHeaderMalformed", wrong.replace("us-east-1", "s3").format("us-east-1"), "<Region>us-east-1</Region>")
signed = sign("GET", "https://examplebucket.s3.amazonaws.com/a.parquet", "s3", "s3")
case("JuliaServices/CloudStore.jl/issues/52", "wrong-region", http("400 Bad Request", text), url="https://examplebucket.s3.amazonaws.com/a.parquet", headers=signed)
text = json.dumps(xml("AuthorizationHeaderMalformed", "**" + wrong.format("eu-central-1") + "**", "<Region>eu-central-1</Region>"))
case(
    "jsoma/flatware/issues/10",
    "wrong-region",
    f'rake aborted!\nExpected(200) <=> Actual(400 Bad Request)\nexcon.error.response\n  :body          => {text}\n  :headers       => {{\n    "Server"              => "AmazonS3"\n    "x-amz-bucket-region" => "eu-central-1"\n  }}\n  :status        => 400',
    url=america,
)
signed = sign("GET", "https://s3.amazonaws.com/", "us_east_1")
case(
    "aws/aws-cli/issues/2954",
    "wrong-region",
    "An error occurred (AuthorizationHeaderMalformed) when calling the ListBuckets operation: The authorization header is malformed; the region 'us_east_1' is wrong; expecting 'us-east-1'",
    url="https://s3.amazonaws.com/",
    headers=signed,
)
text = xml("AuthorizationHeaderMalformed", wrong.replace("us-east-1", "us-west-2").format("us-east-1"), "<Region>us-east-1</Region>")
case(
    "minio/minio-go/issues/677",
    "wrong-region",
    "2017/05/12 18:56:36 DEBUG: Response s3/ListObjects Details:\n---[ RESPONSE ]----\n" + http("400 Bad Request", "16d\n" + text, "X-Amz-Bucket-Region: us-east-1\n"),
    url=presign("GET", "https://examplebucket.s3.amazonaws.com/a.txt", "us-west-2"),
)
sts_url = presign("GET", "https://sts.amazonaws.com/?Action=AssumeRole&Version=2011-06-15", "ap-southeast-2", "sts", signer=S3SigV4QueryAuth)
case(
    "cognitect-labs/aws-api/issues/27",
    "wrong-region",
    '{:ErrorResponse {:Error {:Type "Sender",\n :Code "SignatureDoesNotMatch",\n :Message "Credential should be scoped to a valid region, not \'ap-southeast-2\'. "}},\n :cognitect.anomalies/category :cognitect.anomalies/forbidden}',
    url=sts_url,
)
case(
    "aws/aws-sdk-java-v2/issues/988",
    "wrong-region",
    "software.amazon.awssdk.services.sts.model.StsException: Credential should be scoped to a valid region, not 'aws-global'.  (Service: Sts, Status Code: 403, Request ID: 1)",
    url=presign("GET", "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "aws-global", "sts", signer=S3SigV4QueryAuth),
)
case(
    "deliciousbrains/wp-amazon-s3-and-cloudfront/issues/460",
    "malformed",
    'Error executing "ListBuckets" on "https://s3.amazonaws.com/"; AWS HTTP error: Client error: `GET https://s3.amazonaws.com/` resulted in a `400 Bad Request` response: AuthorizationHeaderMalformed (client): The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    url="https://s3.amazonaws.com/",
    headers=[["Authorization", "AWS4-HMAC-SHA256 Credential=/20260302/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64], stamp],
)
case(
    "TTLabs/EvaporateJS/issues/491",
    "url-encoded-twice",
    xml("AuthorizationQueryParametersError", 'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
    "PUT",
    put.replace("%2F", "%252F"),
)
case(
    "TTLabs/EvaporateJS/issues/353",
    "malformed",
    'AuthorizationHeaderMalformed: The authorization header is malformed; the authorization component " Signature=" is malformed.',
    "PUT",
    f"{HOST}/a.txt",
    headers=[["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature="], stamp],
)
case(
    "backblaze-b2-samples/b2-browser-upload/issues/3",
    "malformed",
    'Error uploading files to S3-compatible storage: AuthorizationHeaderMalformed: Authorization header is malformed; the authorization component "/20240926/us-east-005/s3/aws4_request" is malformed.',
    "PUT",
    "https://s3.us-east-005.backblazeb2.com/examplebucket/a.txt",
    headers=[["Authorization", "AWS4-HMAC-SHA256 Credential=/20260302/us-east-005/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64], stamp],
)

# Time.
skewed = "The difference between the request time and the current time is too large."
times = "<RequestTime>20260302T100000Z</RequestTime><ServerTime>2026-03-04T10:00:05Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>"
signed = sign("GET", f"{HOST}/a.txt")
case("versity/versitygw/issues/1514", "clock-skew", xml("RequestTimeTooSkewed", skewed, times), url=f"{HOST}/a.txt", headers=signed)
text = xml("RequestTimeTooSkewed", skewed.replace("large", "`large"), times.replace("04T10:00:05", "02T10:15:29"))
case(
    "s3fs-fuse/s3fs-fuse/issues/1019",
    "clock-skew",
    f"[ERR] curl.cpp:RequestPerform(2273): HTTP response code 403, returning EPERM. Body Text: {text}`",
    "PUT",
    f"{HOST}/a.txt",
    headers=sign("PUT", f"{HOST}/a.txt"),
)
text = xml("RequestTimeTooSkewed", skewed, "<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>").replace('"', '\\"')
case("markevans/dragonfly/issues/132", "clock-skew", text.split("<RequestId>")[0] + "<RequestId>DF2C472E368B09C5</RequestId>\n...", url=f"{HOST}/a.txt", headers=signed)
case(
    "gaul/s3proxy/issues/648",
    "clock-skew",
    "[s3proxy] D 06-10 15:51:45.497 S3Proxy-Jetty-18 o.gaul.s3proxy.S3ProxyHandler:2953 |::] sendSimpleErrorResponse: 403 RequestTimeTooSkewed Forbidden {}",
    url=presign("GET", "https://s3proxy.example.com/examplebucket/a.zip", "eu-central-1", expires=604800),
    at="20260302T151730Z",
)
text = xml("AccessDenied", "Request is not yet valid", "<X-Amz-Date>1473415775000</X-Amz-Date><Expires>2026-03-03T11:00:00Z</Expires><ServerTime>2026-03-01T10:00:00Z</ServerTime>")
case("minio/minio/issues/2638", "clock-skew", text)
kinesis = "https://kinesis.eu-west-1.amazonaws.com/"
signed = sign("POST", kinesis, service="kinesis", headers={"X-Amz-Target": "Kinesis_20131202.PutRecords"}, body=b"{}")
case(
    "m0ngr31/kanzi/issues/270",
    "clock-skew",
    "botocore.exceptions.ClientError: An error occurred (InvalidSignatureException) when calling the CompareFaces operation: Signature expired: 20260302T100000Z is now earlier than 20260305T071214Z (20260305T071714Z - 5 min.)",
    "POST",
    kinesis,
    headers=signed,
)
case(
    "NickWaterton/Roomba980-Python/issues/118",
    "clock-skew",
    'Error: 403, {"message":"Signature not yet current: 20260302T100000Z is still later than 20260301T172233Z (20260301T171733Z + 5 min.)"}',
    "POST",
    kinesis,
    headers=signed,
)
case(
    "upmc-enterprises/registry-creds/issues/24",
    "clock-skew",
    "InvalidSignatureException: Signature expired: 20260302T100000Z is now earlier than 20260302T121449Z (20260302T122949Z - 15 min.)\n2017-01-11T20:40:53.192988848Z \tstatus code: 400, request id: some id",
    "POST",
    kinesis,
    headers=signed,
)
expired = "<X-Amz-Expires>3600</X-Amz-Expires><Expires>2026-03-02T11:00:00Z</Expires><ServerTime>2026-03-02T11:10:08Z</ServerTime>"
text = xml("AccessDenied", "Request has expired", expired).partition("\n")[2].replace("><", ">\n<")
case("lukejacksonn/react-slack-clone/issues/27", "expired", text, at="20260302T112742Z")
text = xml("AccessDenied", "Request has expired", expired.replace("11:10:08", "11:00:10"))
case("aws/aws-sdk-php/issues/1333", "expired", text, at="20260302T110010Z")
case(
    "johnlui/AliyunOSS/issues/20",
    "expired",
    "<Code>AccessDenied</Code>\n<Message>Request has expired.</Message>\n<RequestId>589A7A90CDF4741F7D36F2F4</RequestId>\n<HostId>img.oss-cn-hangzhou.aliyuncs.com</HostId>\n<Expires>2026-03-02T11:00:00.000Z</Expires>\n<ServerTime>2026-03-03T01:55:28.000Z</ServerTime>",
    url=v2,
    at="20260303T015528Z",
)
case(
    "aws/aws-sdk-js/issues/2306",
    "expired",
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>2026-03-02T11:00:00Z</Expires><ServerTime>",
    "PUT",
    v2_put,
    at="20260302T120000Z",
)
week = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
case("bryanjos/aws_auth/issues/31", "expiry-too-long", xml("AuthorizationQueryParametersError", week), url=presign("GET", f"{HOST}/a", expires=6307000000))
case("usememos/memos/issues/3349", "expiry-too-long", week, url=presign("GET", "https://b.oss-cn-hangzhou.aliyuncs.com/a", "oss-cn-hangzhou", expires=864000))

# Credentials.
token = "IQoJb3JpZ2luX2VjEDcaCXVzLXdlc3QtMiJHMEUCIQDQl17z9nEZypd5QpWg04rwKTj/BWrv+nMC26zTw="
temporary = presign("GET", f"{HOST}/folder/a.txt", key=TEMPORARY, token=token)
no_token = presign("GET", f"{HOST}/folder/a.txt", key=TEMPORARY)
unknown = "The AWS Access Key Id you provided does not exist in our records."
case("bradenmacdonald/s3-lite-client/issues/50", "token-missing", unknown, url=no_token)
case("uswitch/kiam/issues/261", "token-missing", f"InvalidAccessKeyId\n<Message>{unknown}</Message><AWSAccessKeyId>{TEMPORARY}", "PUT", presign("PUT", f"{HOST}/id1/id2", key=TEMPORARY))
case(
    "s3tools/s3cmd/issues/324",
    "token-missing",
    xml("InvalidAccessKeyId", unknown, "<AWSAccessKeyId>REDACTED</AWSAccessKeyId>"),
    url=presign_v2("GET", "https://s3.amazonaws.com/examplebucket/a", key=TEMPORARY),
)
case("hkusu/s3-upload-action/issues/11", "wrong-access-key", xml("InvalidAccessKeyId", unknown, "<AWSAccessKeyId>***</AWSAccessKeyId>"), url=plain.replace(ID, "***"))
lost = temporary.replace("%2Bn", "+n")
case(
    "ex-aws/ex_aws/issues/228",
    "token-changed",
    xml("InvalidToken", "The provided token is malformed or otherwise invalid.", f"<Token-0>{token.replace('+', ' ')}</Token-0>"),
    url=lost,
)
ended = "The provided token has expired."
case("romange/helio/issues/15", "credentials-expired", "E20220924 22:13:38.256793 1244660 s3.cc:143] http error: " + http("400 Bad Request", "4ac\n" + xml("ExpiredToken", ended, "<Token-0>TOKENFOOBAR</Token-0>") + "\n0\n"), url=temporary)
case("boto/boto3/issues/2392", "credentials-expired", f"<Error>\n<Code>ExpiredToken</Code>\n<Message>{ended}</Message>", url=presign("GET", f"{HOST}/a", key=TEMPORARY, token=token, expires=604800), at="20260302T220100Z")
case(
    "ibi-group/datatools-ui/issues/10",
    "credentials-expired",
    f"com.amazonaws.services.s3.model.AmazonS3Exception: {ended} (Service: Amazon S3; Status Code: 400; Error Code: ExpiredToken; Request ID: C043EEA5A00B5DF8)\n        at com.amazonaws.http.AmazonHttpClient.handleErrorResponse(AmazonHttpClient.java:1389)",
    "PUT",
    presign("PUT", f"{HOST}/a", key=TEMPORARY, token=token),
)
length = "Invalid Argument: Credential access key has length {}, should be 32"
r2 = "https://examplebucket.0123456789abcdef.r2.cloudflarestorage.com/a.txt"
short = "0123456789abcdef0123456789abcdef01"
case("microfeed/microfeed/issues/38", "wrong-access-key", "Error InvalidArgument: " + length.format(34), url=presign("GET", r2, "auto", key=short))
case("cloudflare/cloudflare-docs/pull/9557", "wrong-access-key", xml("InvalidArgument", length.format(64)), url=presign("GET", r2, "auto", key="0123456789abcdef" * 4))

# Kinds of signatures, and two at once.
kms = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
case("aws/aws-sdk-js/issues/1147", "sigv2-not-taken", json.dumps({"cause": {"message": kms, "code": "InvalidArgument", "region": None, "statusCode": 400, "retryable": False}, "isOperational": True}), "PUT", v2_put)
case("aws/aws-cli/issues/1006", "sigv2-not-taken", xml("InvalidArgument", kms, "<ArgumentName>Authorization</ArgumentName><ArgumentValue>null</ArgumentValue>"), url=v2)
case("ravsau/aws-labs/issues/4", "sigv2-not-taken", xml("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."), url=v2)
case("Backblaze/b2-sdk-python/issues/136", "sigv2-not-taken", "<Error>\n  <Code>UnauthorizedAccess</Code>\n  <Message>bucket is not authorized: examplebucket</Message>\n</Error>", url=presign_v2("GET", "https://s3.us-west-002.backblazeb2.com/examplebucket/a"))
both = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"
header = [pair for pair in sign("GET", f"{HOST}/folder/a.txt") if pair[0] == "Authorization"]
case("catalyst/moodle-tool_objectfs/issues/303", "signed-twice", xml("InvalidArgument", both, f"<ArgumentName>Authorization</ArgumentName><ArgumentValue>{header[0][1]}</ArgumentValue>").replace("><", ">\n<"))
case("request/request/issues/860", "signed-twice", f'the server returns this error message: "{both}"')
case(
    "jasonsims/aws-cloudfront-sign/issues/15",
    "other-scheme",
    xml("AccessDenied", "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"),
    url="https://examplebucket.s3.amazonaws.com/my-great-file.txt?Expires=1772449200&Signature=nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZrvDh6hQ73lDx&Key-Pair-Id=" + ID,
)

# Headers that are not signed, and the text of the URL.
unsigned = "There were headers present in the request which were not signed"
case("soto-project/soto/issues/374", "header-not-signed", xml("AccessDenied", unsigned, "\n<HeadersNotSigned>x-amz-acl</HeadersNotSigned>\n"), "PUT", put)
case("aws/aws-sdk-js/issues/896", "header-not-signed", xml("AccessDenied", unsigned, "<HeadersNotSigned>x-amz-server-side&#11;-encryption&#11;-customer-algorithm, x-amz-server-side&#11;-encryption&#11;-customer-key</HeadersNotSigned>"), "PUT", put)
case("brendanhay/amazonka/issues/272", "header-not-signed", xml("AccessDenied", unsigned, "<HeadersNotSigned>host</HeadersNotSigned>"), url=plain.replace("SignedHeaders=host", "SignedHeaders="))
case("bradleyg/django-s3direct/issues/249", "header-not-signed", xml("AccessDenied", unsigned, "<Resource>/scs-attachments/uploads/image.png?uploads</Resource><HeadersNotSigned>x-amz-content-sha256</HeadersNotSigned>"), "POST", presign("POST", f"{HOST}/image.png?uploads"))
typed = presign("PUT", f"{HOST}/a.txt", headers={"content-type": "text/plain"})
case("aws/aws-sdk-java/issues/1680", "url-encoded-twice", xml("AccessDenied", unsigned, "<HeadersNotSigned>host</HeadersNotSigned>").replace("><", ">\n<"), "PUT", typed.replace("%3Bhost", "%253Bhost"), headers=[["content-type", "text/plain"]])
case(
    "googleapis/google-cloud-go/issues/1021",
    "html-escaped",
    "<Error>\n<Code>AccessDenied</Code>\n<Message>Access denied.</Message>\n<Details>\nAnonymous caller does not have storage.objects.get access to examplebucket/test.jpg.\n</Details>\n</Error>",
    url=google.replace("&", "\\u0026"),
)
sums = "<ClientComputedContentSHA256>{}</ClientComputedContentSHA256><S3ComputedContentSHA256>{}</S3ComputedContentSHA256>"
other = sha256("other")
hashes = "The provided 'x-amz-content-sha256' header does not match what was computed."
case("grosskur/lua-resty-aws/issues/2", "payload-changed", "< " + http("400 Bad Request", xml("XAmzContentSHA256Mismatch", hashes, sums.format(EMPTY, other))), "PUT", f"{HOST}/a.txt", headers=sign("PUT", f"{HOST}/a.txt"))
case(
    "s3tools/s3cmd/issues/812",
    "payload-changed",
    f"DEBUG: ErrorXML: Code: 'XAmzContentSHA256Mismatch'\nDEBUG: ErrorXML: Message: \"{hashes}\"\nDEBUG: ErrorXML: ClientComputedContentSHA256: '{EMPTY}'\nDEBUG: ErrorXML: S3ComputedContentSHA256: '{other}'\nERROR: \nUpload of 'a.mp4' part 2 failed.",
    "PUT",
    f"{HOST}/a.txt",
    headers=sign("PUT", f"{HOST}/a.txt"),
)

# POST policies, and what is no matter of the signature.
form = "https://examplebucket.s3.amazonaws.com/"
case("infinitered/apisauce/issues/245", "policy", '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n<Code>EntityTooLarge</Code>\n<Message>Your proposed upload exceeds the maximum allowed size</Message>\n<ProposedSize>710336</ProposedSize>\n<MaxSizeAllowed>709960</MaxSizeAllowed>\n...', "POST", form)
case("waynehoover/s3_direct_upload/issues/107", "policy", '<Message>Invalid according to Policy: Policy Condition failed: ["starts-with", "$content-type", ""]</Message>', "POST", form)
case("tj/node-s3-policy/pull/8", "policy", xml("AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["starts-with"\n, "$Content-Length", ""]'), "POST", form)
case("minio/minio-py/issues/1047", "policy", xml("AccessDenied", "Access Denied. (Invalid according to Policy: Policy Condition failed)", "<BucketName>my-bucket</BucketName><Resource>/my-bucket</Resource>").partition("\n")[2], "POST", "https://minio.example.com/my-bucket")
case("benefitcloud/ember-uploader/issues/45", ["form-fields", "policy"], xml("MaxPostPreDataLengthExceeded", "Your POST request fields preceeding the upload file was too large.", "<MaxPostPreDataLengthBytes>20480</MaxPostPreDataLengthBytes>"), "POST", form)
case("minio/minio/issues/7314", "permission", xml("AccessDenied", "Access Denied.", "<Resource>/mybucket</Resource>").replace("><", ">\n  <"), "POST", "https://minio.example.com/mybucket")

# Further reports, of stores and libraries that the ones above don't have.
case("nukulb/s3-angular-file-upload/issues/1", "form-fields", "InvalidArgumentBucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.keyB", "POST", form)
case("ryuzee/SlideHub/issues/213", "form-fields", "<Code>InvalidArgument</Code>\n<Message>Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.</Message>\n<ArgumentName>key</ArgumentName>", "POST", form)
case("aws/aws-sdk-php/issues/3292", "policy", xml("AccessDenied", "Invalid according to Policy: Extra input fields: bucket"), "POST", form)
garage = presign("GET", "http://localhost:3900/test/test.txt", "auto")
case("directus/directus/issues/22834", "wrong-region", "Authorization header malformed, unexpected scope: 20260302/auto/s3/aws4_request", url=garage)
case(
    "quarfie/s3presignedUrl_FMFunction/issues/6",
    ["host-rewritten", "addressing-style", "wrong-secret"],
    "<Error>\n<Code>AccessDenied</Code>\n<Message>Forbidden: Invalid signature</Message>\n<Resource>/test/test.txt</Resource>\n<Region>garage</Region>\n</Error>",
    url=presign("GET", "http://localhost:3900/test/test.txt", "garage"),
)
url = presign("GET", f"{HOST}/report%28a%29.xlsx")
own = canonical("GET", url, path="/report%28a)" + ".xlsx")
case("minio/minio-dotnet/issues/556", "path-not-encoded", bare, url=presign_text(url, own), **KNOWN)
case("minio/minio/issues/2613", "sigv2-not-taken", xml("AccessDenied", "Access Denied.", "<Resource>/bucket/the_file.jpg</Resource>"), url=presign_v2("GET", "https://minio.example.com/bucket/the_file.jpg"))
case("minio/minio/issues/19067", "wrong-secret", bare, url=presign("GET", "https://play.min.io/test-seb/test.png", "us-east-1"))
url = presign("PUT", f"{HOST}/steps.svg", headers={"x-amz-acl": "public-read"})
seen = canonical("PUT", url, [("x-amz-acl", "")])
case("minio/minio/issues/5630", "header-not-sent", mismatch(sts=flat(string_to_sign(seen))), "PUT", url, headers=[["x-amz-acl", "public-read"]])
url = "https://sellingpartnerapi-na.example.com/orders?CreatedAfter=20201117T085026Z&MarketplaceId=ATVPDKIKX0DER"
signed = sign("GET", url, service="execute-api", headers={"x-amz-access-token": "Atza|IwEBIFDROjvWuB9leGjh2NOTkNCGjEHY2JK0KSqZ8EvKVBqMP6T"})
seen = canonical("GET", url, [tuple(stamp), ("x-amz-access-token", "Atza|IwEBIFDROjvWuB9leGjh2NOTkNCGjEHY2JK0KSqZ8EvKVBqMP6T")], EMPTY)
text = json.dumps({"errors": [{"message": flat(api(seen, "execute-api")), "code": "InvalidSignature"}]})
case("amzn/selling-partner-api-docs/issues/116", "wrong-secret", f"`{text}`", url=url, headers=signed)
url = "https://id.execute-api.eu-west-1.amazonaws.com/testoboes/_search"
signed = sign("POST", url, service="execute-api")
seen = canonical("POST", url, [tuple(stamp)], sha256("{}"))
case("mhart/aws4/issues/81", "payload-changed", json.dumps({"message": api(seen, "execute-api")}), "POST", url, headers=signed, **KNOWN)
case("cloudflare/cloudflare-docs/pull/32436", "expired", xml("ExpiredRequest", "Request has expired"), url=presign("GET", r2, "auto"), at="20260303T100000Z")
case(
    "hassy/artillery-dino/issues/2",
    "clock-skew",
    "InvalidSignatureException: Signature expired: 20260302T100000Z is now earlier than 20260302T100612Z (20260302T101112Z - 5 min.)\\n    at Object.extractError (/usr/local/lib/node_modules/aws-sdk/lib/protocol/json.js:43:27)\\n    at Request.extractError",
    "POST",
    kinesis,
    headers=sign("POST", kinesis, service="kinesis", body=b"{}"),
)
case(
    "robmcvey/cakephp-amazon-s3/issues/15",
    "malformed",
    "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.",
    url=f"{HOST}/a.txt",
    headers=[["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request"], stamp],
)
case("durch/rust-s3/issues/271", "wrong-access-key", xml("Unauthorized", "Unauthorized"), url=presign("GET", r2, "us-east-1"))
url = "https://s3.amazonaws.com/examplebucket/2fd10a5c?uploads"
signed = [["Date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["Content-Type", "image/jpeg"]]
signed += [["Authorization", f"AWS {ID}:" + "A" * 27 + "="]]
sts = "POST\n\nimage/jpeg; charset=UTF-8\nMon, 02 Mar 2026 10:00:00 GMT\n/examplebucket/2fd10a5c?uploads"
case("aws/aws-sdk-js/issues/190", "header-changed", mismatch(sts=sts), "POST", url, headers=signed)
sts = f"PUT\n\nimage/jpeg\n{END}\n/examplebucket/folder/a.txt"
case("aws/aws-sdk-php/issues/239", "header-not-signed", mismatch(sts=sts), "PUT", v2_put + "&Content-Type=image%2Fjpeg")
typed_v2 = presign_v2("PUT", "https://s3.amazonaws.com/examplebucket/testkey", headers={"Content-Type": "text/plain"})
sts = f"PUT\n\napplication/x-www-form-urlencoded; charset=UTF-8\n{END}\n/examplebucket/testkey"
case("aws/aws-sdk-js/issues/444", "header-changed", mismatch(sts=sts), "PUT", typed_v2, headers=[["Content-Type", "text/plain"]])
case(
    "EMCECS/ecs-object-client-java/issues/6",
    "header-not-signed",
    " SignatureDoesNotMatch\nThe request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method. For more information, see REST Authentication and SOAP Authentication for details.\n",
    "PUT",
    presign_v2("PUT", "https://ecs.example.com/examplebucket/a"),
)
case(
    "prolane/samltoawsstskeys/issues/40",
    "token-missing",
    "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.",
    url=presign("GET", f"{HOST}/?list-type=2", key=TEMPORARY),
)
case(
    "cognitect-labs/aws-api/issues/5",
    "token-missing",
    '{:Error\n{:HostIdAttrs {},\n :Message "The AWS Access Key Id you provided does not exist in our records.",\n :CodeAttrs {},\n :Code "InvalidAccessKeyId",\n :AWSAccessKeyIdAttrs {},\n :AWSAccessKeyId "ASIA6HNK5KDSXULIORFD"},\n:ErrorAttrs {},\n:cognitect.anomalies/category :cognitect.anomalies/forbidden}',
    url=no_token,
)
case("alex/letsencrypt-aws/issues/31", "sigv2-not-taken", f"botocore.exceptions.ClientError: An error occurred (InvalidArgument) when calling the GetObject operation: {kms}", url=v2)
case(
    "boto/boto3/issues/4592",
    "sigv2-not-taken",
    xml("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", "<Resource>/onlyoffice/963194ca.docx</Resource>"),
    url=presign_v2("GET", "http://minio.internal:9000/onlyoffice/963194ca.docx"),
)
cdn = presign("GET", "https://files.0123456789abcdef.r2.cloudflarestorage.com/uploads/1/a.mkv", "auto")
case("cloudreve/cloudreve/issues/2413", "host-rewritten", xml("SignatureDoesNotMatch", SENTENCE), url=cdn, sent_url=cdn.replace("files.0123456789abcdef.r2.cloudflarestorage.com", "cdn.example.com"))
case("https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html", "wrong-service", "Credential should be scoped to correct service: 'execute-api'.", url=presign("GET", "https://id.execute-api.eu-west-1.amazonaws.com/prod/a"))

# A third batch: CloudFront, Azure, and stores beside S3.
CDN = f"{CLOUDFRONT}/video/intro.mp4"


def custom(key="APKAJKE6G5ZZE3J2XTAQ", url=CDN):
    policy = '{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%d}}}]}' % (CDN, END)
    return custom_policy(url, policy, key=key)


def sas(path, resource="b", blob="", start="2026-03-02T09:00:00Z", expires="2026-03-02T11:00:00Z", permissions="r"):
    """Returns a URL with a service SAS of version 2022-11-02, and its string to sign."""
    fields = {"sp": permissions, "st": start, "se": expires, "spr": "https", "sv": "2022-11-02", "sr": resource}
    text = sas_text(SAS_2020, f"/blob/myaccount{path}", fields)
    return f"https://myaccount.blob.core.windows.net{path}{blob}?{sas_query(fields, azure_signature(text))}", text


ceph = "<Error><Code>{}</Code><RequestId>tx000000000000000000023-0059163f0a-1017-default</RequestId><HostId>1017-default-default</HostId></Error>"
sts = f"PUT\n\nmultipart/form-data\n{END}\n/examplebucket/1_myfile"
case("aws/aws-sdk-js/issues/557", ["header-not-signed", "header-changed"], mismatch(sts=sts), "PUT", presign_v2("PUT", "https://s3.amazonaws.com/examplebucket/1_myfile"))
unsigned = "There were headers present in the request which were not signed"
case(
    "aws/aws-sdk-js-v3/issues/3906",
    "header-not-signed",
    f"<Message>{unsigned}</Message><HeadersNotSigned>x-amz-checksum-sha256</HeadersNotSigned>",
    "PUT",
    put,
)
case("JustinM1/VaporS3Signer/issues/2", "header-not-signed", unsigned)
case(
    "carrierwaveuploader/carrierwave-aws/issues/137",
    "expired",
    "<Error>\n  <Code>AccessDenied</Code>\n  <Message>Request has expired</Message>\n  <X-Amz-Expires>604800</X-Amz-Expires>\n  <Expires>2026-03-09T10:00:00Z</Expires>\n  <ServerTime>2026-03-21T06:09:57Z</ServerTime>\n  <RequestId>3508CC521EE70FC8</RequestId>\n</Error>",
    url=presign("GET", f"{HOST}/folder/a.txt", expires=604800),
    at="20260321T060957Z",
)
case(
    "dmjio/s3-signer/issues/16",
    "clock-skew",
    "<Error>\n<Code>AccessDenied</Code>\n<Message>Request is not yet valid</Message>\n<X-Amz-Date>1558754452000</X-Amz-Date>\n<Expires>2026-03-02T10:15:00Z</Expires>\n<ServerTime>2026-02-28T17:07:35Z</ServerTime>\n<RequestId>C526F9F32776C64D</RequestId>\n<HostId>\n0UWP1d51yph+1+c=\n</HostId>\n</Error>",
    at="20260228T170735Z",
)
case(
    "aws/aws-cli/issues/5464",
    "expiry-too-long",
    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    url=presign("GET", f"{HOST}/any-object", expires=604801),
)
case(
    "aws/aws-sdk-js/issues/1099",
    "credentials-expired",
    "<Error>\n    <Code>ExpiredToken</Code>\n    <Message>The provided token has expired.</Message>\n",
    url=presign_v2("GET", "https://s3.amazonaws.com/examplebucket/folder/a.txt", TEMPORARY, "FQoDYXdzEXAMPLE", 7776000),
    at="20260303T120000Z",
)
case(
    "boot2docker/boot2docker/issues/469",
    "clock-skew",
    'Traceback (most recent call last):\n  File "application.py", line 11, in <module>\n    from tsa import application\nboto.exception.S3ResponseError: S3ResponseError: 403 Forbidden\n<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds><RequestId>redacted</RequestId><HostId>redacted</HostId><RequestTime>Mon, 02 Mar 2026 10:00:00 GMT</RequestTime><ServerTime>2026-03-02T17:36:03Z</ServerTime></Error>',
    url="https://s3.amazonaws.com/examplebucket",
    headers=[["Date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["Authorization", f"AWS {ID}:" + "A" * 27 + "="]],
    at="20260302T173603Z",
)
case(
    "minio/minio-py/issues/285",
    "clock-skew",
    'minio.error.ResponseError: ResponseError: code: RequestTimeTooSkewed, message: The difference between the request time and the current time is too large., request_id: 70BE74CEACD1EBBE,host_id: T26jT/YGRZjNc5QYC47, resource: None, xml: <?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20260302T100000Z</RequestTime><ServerTime>2026-03-03T07:24:47Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>',
    url="https://s3.amazonaws.com/",
    headers=sign("GET", "https://s3.amazonaws.com/", "us-east-1"),
    at="20260303T072447Z",
)
case(
    "minio/minio-java/issues/701",
    "clock-skew",
    "error occured\nErrorResponse(code=RequestTimeTooSkewed, message=The difference between the request time and the server's time is too large., bucketName=null, objectName=null, resource=/confpagecr/, requestId=3L137, hostId=3L137)",
    url="https://play.minio.io:9000/mybucket/?location=",
    headers=sign("GET", "https://play.minio.io:9000/mybucket/?location=", "us-east-1"),
    at="20260302T113000Z",
)
case("ceph/ceph/pull/38075", "clock-skew", ceph.format("RequestTimeTooSkewed"), "PUT", "https://rgw.example.com/website/1G-16",
     headers=[["Date", "Mon, 02 Mar 2026 18:00:00 +0800"], ["Content-Type", "text/plain"], ["Authorization", f"AWS {ID}:" + "A" * 27 + "="]])
case(
    "pcorliss/s3-expiry/issues/2",
    "path-not-encoded",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>\n{SENTENCE}\n</Message>\n....\n....\n</Error>",
    url=presign_v2("GET", "https://s3.amazonaws.com/examplebucket/my%20file.txt").replace("my%20file", "my+file"),
)
at_sign = "https://s3.amazonaws.com/bucket/url/email%40with-at-sign/somefile"
sts = "GET\n\n\nMon, 02 Mar 2026 10:00:00 GMT\n/bucket/url/email@with-at-sign/somefile"
case(
    "boto/boto/issues/3107",
    ["path-not-encoded", "path-changed"],
    "S3ResponseError: 403 Forbidden\n" + mismatch(sts=sts),
    url=at_sign,
    headers=[["Date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["Authorization", f"AWS {ID}:" + "A" * 27 + "="]],
)
case(
    "krobertson/deb-s3/issues/157",
    "malformed",
    'Traceback (most recent call last):\n\t19: from /usr/local/bin/deb-s3:23:in `<main>\'\nThe authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request". (Aws::S3::Errors::AuthorizationHeaderMalformed)',
    url=f"{HOST}/dists/a",
    headers=[["X-Amz-Date", "20260302T100000Z"], ["Authorization", "AWS4-HMAC-SHA256 Credential=/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "a" * 64]],
)
png = "https://storage.googleapis.com/examplebucket/a.png"
case(
    "fog/fog-google/issues/264",
    "expired",
    "<Error>\n<Code>ExpiredToken</Code>\n<Message>The provided token has expired.</Message>\n<Details>Request has expired: 120</Details>\n</Error>",
    url=google_v2(png, 120),
)
case(
    "googleapis/google-cloud-node/issues/1976",
    "header-not-sent",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>\n{GOOGLE}\n</Message>\n<StringToSign>GET {END} /examplebucket/a.png</StringToSign>\n</Error>",
    url=google_v2(png, END),
    headers=[["Content-Type", "image/jpeg"]],
)
case("googleapis/nodejs-storage/issues/244", ["wrong-secret", "wrong-access-key"], GOOGLE, url=google_v2(png, 16730323200), at="20260310T100000Z")
gcs = "https://storage.googleapis.com/examplebucket/a.db"
signed = sign("PUT", gcs, "auto", headers={"Accept-Encoding": "identity"}, body=b"data")
case(
    "siderolabs/talos-backup/issues/64",
    "header-changed",
    xml("SignatureDoesNotMatch", "Access denied.", "<CanonicalRequest>" + canonical("PUT", gcs, [("accept-encoding", "identity,gzip(gfe)"), *[(n.lower(), v) for n, v in signed if n.lower().startswith("x-amz")]], sha256("data")) + "</CanonicalRequest>"),
    "PUT",
    gcs,
    headers=signed,
)
signed = sign("GET", "https://storage.googleapis.com/my-bucket?list-type=2", "auto", headers={"Accept-Encoding": "identity"})
case(
    "benbjohnson/litestream/issues/1386",
    "header-changed",
    "operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: , HostID: , api error SignatureDoesNotMatch: Access denied.",
    url="https://storage.googleapis.com/my-bucket?list-type=2",
    headers=signed,
)
minio_body = xml("SignatureDoesNotMatch", SENTENCE, "<Key>name</Key><BucketName>bucket</BucketName><Resource>/bucket/name</Resource>")
inner = presign("GET", "http://10.1.2.3:9000/bucket/name", "us-east-1")
case("minio/minio/issues/9964", "host-rewritten", minio_body, url=inner, sent_url=inner.replace("http://10.1.2.3:9000", "https://example.com"))
inner = presign("GET", "http://minio:9000/quality-inspection/analysis_result/a.json", "us-east-1")
case("minio/minio/issues/20964", "host-rewritten", minio_body, url=inner, sent_url=inner.replace("minio:9000", "localhost:7000"))
iso = "https://host.example.com/general/a.iso?uploads="
signed = sign("POST", iso, "us-east-1", headers={"x-amz-meta-user.xdg.origin.url": "https://a.example.com/a.iso", "x-amz-meta-user.xdg.referrer.url": "https://a.example.com/"})
case("minio/minio/issues/5571", "header-not-sent", xml("SignatureDoesNotMatch", SENTENCE, "<Key></Key><BucketName></BucketName><Resource>/general/a.iso</Resource>"), "POST", iso, headers=signed)
plus = "https://s3.amazonaws.com/ferenginar/my%2B%2B1?uploads="
signed = sign("POST", plus, "us-east-1")
seen = canonical("POST", plus, [(n.lower(), v) for n, v in signed if n.lower().startswith("x-amz")], EMPTY, "/ferenginar/my%20%201")
case("minio/minio-java/issues/261", "path-not-encoded", mismatch(seen, string_to_sign(seen, "us-east-1")), "POST", plus, headers=signed)
case(
    "minio/minio/issues/17391",
    "policy",
    xml("AccessDenied", "Access Denied. (Each form field that you specify in a form (except Awsaccesskeyid, Signature) must appear in the list of conditions.)", "<BucketName>photos</BucketName><Resource>/photos</Resource>"),
    "POST",
    "https://minio.example.com/photos",
)
case(
    "PhantomPhoton/S3-Compatible/issues/28",
    "wrong-region",
    "`garage_api_common::generic_server: Response: error 400 Bad Request, Authorization header malformed, unexpected scope: 20260302/made-up-region/s3/aws4_request`",
    url=presign("GET", "http://garage.example.com:3900/test/a", "made-up-region"),
)
case(
    "khairul169/garage-webui/issues/47",
    "host-rewritten",
    "operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: , HostID: , api error AccessDenied: Forbidden: Invalid signature",
    url="https://garage.example.com/bucket?list-type=2",
    headers=sign("GET", "https://garage.example.com/bucket?list-type=2", "garage"),
)
case(
    "pachyderm/pachyderm/issues/3544",
    "wrong-region",
    "INFO error starting grpc server pfs.NewBlockAPIServer: storage is unable to discern NotExist errors, \"The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'z1-a'\" should count as NotExist",
    url="https://swift.example.com/bucket/a",
    headers=sign("GET", "https://swift.example.com/bucket/a", "us-east-1"),
)
case(
    "shieldproject/shield/issues/464",
    ["malformed", "header-not-sent"],
    "AWS authentication requires a valid Date or x-amz-date header (AccessDenied) [raw \nAccessDenied\nAWS authentication requires a valid Date or x-amz-date headertx13292aa2b2c84f16b8dde-005bc8920d]",
    url="https://swift.example.com/bucket/a",
    headers=[["Authorization", f"AWS {ID}:" + "A" * 27 + "="]],
)
case(
    "moby/buildkit/issues/5804",
    "addressing-style",
    "#4 ERROR: error writing manifest: REDACTED: operation error S3: PutObject, https response error StatusCode: 403, RequestID: txb2669c58fce04c8893d80-0067c5dc0c, HostID: txb2669c58fce04c8893d80-0067c5dc0c, api error SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    "PUT",
    "http://gitlab.127.0.0.1:8090/manifests/a",
    headers=sign("PUT", "http://gitlab.127.0.0.1:8090/manifests/a", "us-east-1"),
)
case("AlistGo/alist/issues/8364", "wrong-access-key", "failed get objs: failed to list objs: InvalidAccessKeyId: Malformed Access Key Id status code: 403, request id: 176ea4c366ec4c5c, host id: adX5u7mtbbvtvJndQbtE=",
     url=presign("GET", "https://s3.us-west-002.backblazeb2.com/b/a", "us-west-002"))
case("peak/s5cmd/issues/269", ["wrong-access-key", "wrong-region"], 'ERROR "ls": InvalidAccessKeyId: The key \'00005329cf349a40000000001\' is not valid status code: 403, request id: d476095a7c9d14f6, host id: adX5uRGu4bldvFndAbvI=',
     url=presign("GET", "https://s3.us-west-002.backblazeb2.com/?list-type=2", "us-west-002", key="00005329cf349a40000000001"))
case(
    "benbjohnson/litestream/issues/941",
    ["other-error", "streaming-not-taken"],
    "operation error S3: PutObject, https response error StatusCode: 400, RequestID: bdbc3ee04142ce64, HostID: adS9um2sfbtJ, api error MalformedTrailerError: The request contained trailing data that was not well-formed or did not conform to our published schema.",
    "PUT",
    presign("PUT", "https://s3.us-west-002.backblazeb2.com/b/a", "us-west-002"),
)
case(
    "localstack/localstack/issues/11000",
    ["addressing-style", "not-found"],
    "<?xml version='1.0' encoding='utf-8'?>\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><RequestId>6dbd5c4c</RequestId><BucketName>tenant-resources</BucketName></Error>",
    "PUT",
    presign("PUT", "http://xxx-tenant-resources-dev.localhost:4566/tenant-resources/icon", "eu-central-1"),
)
case(
    "localstack/localstack/issues/10844",
    "url-encoded-twice",
    "2024-05-17T09:08:44.719 ERROR --- [et.reactor-0] l.aws.handlers.logging     : exception during call chain\nTraceback (most recent call last):\n  File \"/opt/code/localstack/localstack/aws/handlers/presigned_url.py\", line 23, in __call__\n",
    url=presign("GET", "http://127.0.0.1:32848/bucket/presignTestFile", "ap-southeast-2").replace("%2F", "%252F"),
)
iris = presign("PUT", "http://localhost:8333/93d66fe4/input/iris.csv", "us-east-1")
case("seaweedfs/seaweedfs/issues/6511", ["port-differs", "default-port"], xml("SignatureDoesNotMatch", SENTENCE, "<Resource>/93d66fe4/input/iris.csv</Resource><Key>input/iris.csv</Key><BucketName>93d66fe4</BucketName>"), "PUT", iris,
     sent_url=iris.replace("localhost:8333", "localhost"))
japanese = presign("PUT", "https://my.domain.com/s3/bucket/" + quote("日本.txt"), "us-east-1")
case("seaweedfs/seaweedfs/issues/8598", "path-prefix", '{\n  "code": "999999",\n  "message": "Unknown error",\n  "error": {\n    "name": "SignatureDoesNotMatch",\n    "$fault": "client"\n', "PUT", japanese, sent_url=japanese.replace("/s3/bucket", "/bucket"))
form = "https://examplebucket.s3.amazonaws.com/"
case("waynehoover/s3_direct_upload/issues/54", "policy", "AccessDenied\nInvalid according to Policy: Extra input fields: content-type", "POST", form)
case("froala/wysiwyg-editor/issues/404", "policy", "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Extra input fields: x-requested-with</Message><RequestId>8FFF313E47C10DEF</RequestId></Error>", "POST", form)
case("transloadit/uppy/issues/4449", ["form-fields", "policy"], "Bucket POST must contain a field named 'key'. If it is specified, please check the order of the fields.", "POST", form)
case("googleapis/google-cloud-java/pull/7292", "policy", "<Error>\n  <Code>InvalidPolicyDocument</Code>\n  <Message>The content of the form does not meet the conditions specified in the policy document.</Message>\n  <Details>Policy did not reference these fields: submit</Details>\n</Error>", "POST", "https://storage.googleapis.com/examplebucket/")
case("aws/aws-sdk-js/issues/1518", "policy", "'invalid policy - field value must be string'", "POST", form)
case("hayageek/jquery-upload-file/issues/186", "form-fields", "Bucket POST must contain a field called 'key'\". If specified, check the order of the fields. \"AWS ignores all the fields in the application after the file field", "POST", form)
case("commitdev/zero/issues/287", "wrong-access-key", "<Error>\n  <Code>InvalidKey</Code>\n  <Message>Unknown Key</Message>\n</Error>", url=custom())
case("aws/aws-sdk-php/issues/1228", "wrong-access-key", "Unknown Key", url=custom("MYACCESSKEYID"))
case("jasonsims/aws-cloudfront-sign/issues/2", ["wrong-access-key", "malformed"], "<Error><Code>InvalidKey</Code><Message>Unknown Key</Message></Error>", url=canned(CDN, expires=20000000, key="undefined"))
case("boto/boto/issues/3244", "other-scheme", "<Error>\n<script/>\n<Code>AccessDenied</Code>\n<Message>\nQuery-string authentication requires the Signature, Expires and AWSAccessKeyId parameters\n</Message>\n<RequestId>1395041855FC6A4E</RequestId>\n</Error>", url=canned(CDN))
case("tpyo/amazon-s3-php-class/issues/9", "no-authentication", "Missing Key-Pair-Id query parameter", url=CDN)
case("https://repost.aws/knowledge-center/cloudfront-troubleshoot-signed-url-cookies", "no-authentication", "<Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>", url=canned(CDN), sent_url=CDN)
case("jasonsims/aws-cloudfront-sign/pull/30", "expired", "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", url=canned(CDN, expires=int(NOW.timestamp()) + 30))
link, _ = sas("/images/a.png", start="2026-03-02T10:05:00Z", expires="2026-03-02T11:05:00Z")
case("https://learn.microsoft.com/archive/blogs/kwill/http-403-server-failed-to-authenticate-the-request-when-using-shared-access-signatures", "clock-skew", azure("Signature not valid in the specified time frame: Start [Mon, 02 Mar 2026 10:05:00 GMT] - Expiry [Mon, 02 Mar 2026 11:05:00 GMT] - Current [Mon, 02 Mar 2026 10:01:00 GMT]"), url=link)
frame = "Signature not valid in the specified time frame: Start [Mon, 02 Mar 2026 09:00:00 GMT] - Expiry [Mon, 02 Mar 2026 11:00:00 GMT] - Current [Tue, 03 Mar 2026 10:16:22 GMT]"
link, _ = sas("/images", "c", "/a.png")
case("microsoft/AzureStorageExplorer/issues/3219", "expired", '["RestError:' + azure(frame).replace('"', '\\"').replace("\n", "\\n") + '"]', url=link, at="20260303T101622Z")
case("microsoft/AzureStorageExplorer/issues/1614", "expired", '{\n  "name": "AuthenticationFailedError",\n  "message": "Authentication Error. ' + frame + '"\n}', url=link, at="20260303T101622Z")
case("microsoft/AzureStorageExplorer/issues/6198", "expired", '["RestError:' + azure("Signed expiry time [Mon, 02 Mar 2026 11:00:00 GMT] has to be after signed start time [Tue, 03 Mar 2026 10:16:22 GMT]").replace('"', '\\"').replace("\n", "\\n") + '"]', url=link, at="20260303T101622Z")
link, _ = sas("/images/a.png", start="2026-03-02T09:00:00.123456+01:00", expires="2026-03-02T11:00:00.123456+01:00")
case("Azure/azure-sdk-for-java/issues/17902", "malformed", "<Error>\n<Code>AuthenticationFailed</Code>\n<Message>" + AZURE + " RequestId:1ad42470-001e-0063-79d2-c7d88a000000 Time:2026-03-02T10:07:14.4122346Z</Message>\n<AuthenticationErrorDetail>Signature fields not well formed.</AuthenticationErrorDetail>\n</Error>", url=link)
link, _ = sas("/upload", "c", "/a.zip")
case("MicrosoftDocs/azure-docs/issues/56908", "permission", "===== RESPONSE ERROR (ServiceCode=AuthorizationResourceTypeMismatch) =====\nDescription=This request is not authorized to perform this operation using this resource type.\nRequestId:16f3a5bb-f01e-0049-3c20-40410b000000\nTime:2026-03-02T10:01:00.1330424Z, Details: \n   Code: AuthorizationResourceTypeMismatch\n", "PUT", link)
case("Azure/azure-storage-ios/issues/33", "permission", 'error code! 3\nerror description! Error Domain=com.Microsoft.AzureStorage.ErrorDomain Code=3 "(null)" UserInfo={Code=AuthorizationPermissionMismatch, AdditionalErrorDetails={\n}', url=sas("/profiles", "c", permissions="rw")[0] + "&restype=container&comp=list")
mac = "The MAC signature found in the HTTP request 'PR5//xx=' is not the same as any computed signature. Server used following string to sign: 'PUT\n\n\n31800\n\napplication/x-www-form-urlencoded\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:Mon, 02 Mar 2026 10:00:00 GMT\nx-ms-version:2015-07-08\n/myaccount/xx/588211f5e13823375ca62ef8'."
case("Azure/azure-storage-python/issues/254", ["header-not-signed", "header-changed"], "azure.common.AzureHttpError: " + azure(mac), "PUT", "https://myaccount.blob.core.windows.net/xx/588211f5e13823375ca62ef8",
     headers=[["Content-Length", "31800"], ["x-ms-blob-type", "BlockBlob"], ["x-ms-date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["x-ms-version", "2015-07-08"], ["Authorization", "SharedKey myaccount:" + "A" * 43 + "="]])
case("aws/aws-sdk-js-v3/issues/5576", "sigv4a-needed", "InvalidSignatureException: The credential must be scoped to a valid region.\n      at throwDefaultError (/var/task/node_modules/@smithy/smithy-client/dist-cjs/default-error-handler.js:8:22)\n", "PUT", "https://123456789012.cloudfront-kvs.global.api.aws/key-value-stores/a/keys/b",
     headers=sign("PUT", "https://123456789012.cloudfront-kvs.global.api.aws/key-value-stores/a/keys/b", "us-east-1", "cloudfront-keyvaluestore"))
pets = "https://9igfrtkds10.execute-api.us-east-1.amazonaws.com/auth/pets"
signed = [[name, value.replace(ID, TEMPORARY)] for name, value in sign("GET", pets, "us-east-1", "execute-api")]
case("kndt84/aws-api-gateway-client/issues/31", "token-missing", '{message: "The security token included in the request is invalid."}', url=pets, headers=signed)
model = "https://bedrock-runtime.us-east-1.amazonaws.com/model/a/invoke"
case("anthropics/anthropic-sdk-typescript/issues/537", ["token-changed", "token-added"], "PermissionDeniedError: 403 The security token included in the request is invalid", "POST", model,
     headers=sign("POST", model, "us-east-1", "bedrock", token="IQoJb3JpZ2luX2VjEXAMPLE"))
case("s3tools/s3cmd/issues/1376", "sigv2-not-taken", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", url=presign_v2("GET", "https://s3.eu-central-1.amazonaws.com/download-uploads/a.tar.gz"))
case("grafana/loki/issues/9224", "wrong-access-key", 'level=error ts=2023-04-21T11:20:09.662386715Z caller=flush.go:222 org_id=fake msg="failed to flush user" err="InvalidArgument: Invalid Argument: Credential access key has length 25, should be 32\\n\\tstatus code: 400, request id: , host id: "',
     url=presign("GET", "https://0123456789abcdef.r2.cloudflarestorage.com/b/a", "us-east-1"))
rook = presign("GET", "http://rook-ceph-rgw.rook-ceph.svc/bucket/image", "us-east-1")
case("aws/aws-sdk-js/issues/3858", "host-rewritten", '<?xml version="1.0" encoding="UTF-8"?>' + ceph.format("SignatureDoesNotMatch"), url=rook, sent_url=rook.replace("http://rook-ceph-rgw.rook-ceph.svc", "https://store.example.com"))

# A fourth batch, collected when the third was explained.
case("aws/aws-sdk-js-v3/issues/4516", "malformed", '<?xml version="1.0" encoding="UTF-8"?><Error><Code>MalformedPolicy</Code><Message>Malformed Policy</Message></Error>', url=CDN)
case("jasonsims/aws-cloudfront-sign/issues/35", "no-authentication", "Missing Key-Pair-Id query parameter or cookie value", url="http://cdn.example.com/images/circle.png")
case("aws/aws-sdk-js/issues/2236", ["malformed", "expiry-too-long"], '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n    <Code>MalformedPolicy</Code>\n    <Message>Malformed Policy</Message>\n</Error>', url=canned(CDN, expires=int(NOW.timestamp()) * 1000 + 30000))
case("jasonsims/aws-cloudfront-sign/issues/23", "permission", "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1395041855FC6A4E</RequestId><HostId>QPuw1CwwjbDp6</HostId></Error>", url=canned(CDN))
index = 0
while "%2B" not in sas(f"/container{index}", "c")[0]:
    index += 1
link, _ = sas(f"/container{index}", "c", "/a.ipynb")
case("nteract/papermill/issues/447", "signature-plus", "azure.common.AzureHttpError: Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature. ErrorCode: AuthenticationFailed\n" + azure("Signature fields not well formed."), url=link, sent_url=link.replace("%2B", "+"))
link, _ = sas("/demo1/test_1kb_blob_sync.txt", permissions="rwdl")
case("Azure/azure-storage-azcopy/issues/265", ["malformed", "parameter-changed"], "INFO: Scanning...\nINFO: source is not validated as a single file: AuthenticationFailed, please check if SAS or OAuth is used properly, or source is a public blob\nINFO: trying to copy the source as container/directory/list of files\n", url=link.replace("%3A", "A"))
case("cloudyr/aws.s3/issues/423", "wrong-secret", "SignatureDoesNotMatch", url=f"{HOST}/?location", headers=sign("GET", f"{HOST}/?location"))
case("aws/aws-cli/issues/6751", "wrong-secret", f"An error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: {SENTENCE}", url="https://s3.amazonaws.com/", headers=sign("GET", "https://s3.amazonaws.com/", "us-east-1"))
case("siderolabs/omni/issues/98", ["malformed", "wrong-region"], "Failed to Update Storage Config\n\nfailed to validate: 1 error occurred: * incorrect settings for s3 client: failed to list objects in bucket \"xxx-omni\": operation error S3: ListObjects, https response error StatusCode: 400, RequestID: 3ZG3V67A2GX1B334, HostID: AzxzXxND, api error AuthorizationHeaderMalformed: The authorization header is malformed; a non-empty region must be provided in the credential.",
     url="https://s3.dualstack.eu-west-1.amazonaws.com/xxx-omni", headers=[[n, v.replace("/eu-west-1/", "//")] for n, v in sign("GET", "https://s3.dualstack.eu-west-1.amazonaws.com/xxx-omni")])
case("s3fs-fuse/s3fs-fuse/issues/1186", "wrong-region", "[ERR] curl.cpp:CheckBucket(3423): Check bucket failed, S3 response: <?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-nl-1'</Message><RequestId>tx030fad750ef4436b8af60-005db5a5a1</RequestId><Region>eu-nl-1</Region></Error>",
     url="https://objectstore-3.eu-nl-1.cloud.example/aaa12345/", headers=sign("GET", "https://objectstore-3.eu-nl-1.cloud.example/aaa12345/", "us-east-1"))
case("deliciousbrains/wp-amazon-s3-and-cloudfront/issues/456", "wrong-region", 'Error creating bucket — Error executing "CreateBucket" on "https://aaabbb.s3.amazonaws.com/"; AWS HTTP error: Client error: `PUT https://aaabbb.s3.amazonaws.com/` resulted in a `400 Bad Request` response: AuthorizationHeaderMalformedThe authorization header (truncated...) AuthorizationHeaderMalformed (client): The authorization header is malformed; the region \'us-east-1\' is wrong; expecting \'ap-northeast-1\' - AuthorizationHeaderMalformedThe authorization header is malformed; the region \'us-east-1\' is wrong; expecting \'ap-northeast-1\'ap-northeast-',
     "PUT", "https://aaabbb.s3.amazonaws.com/", headers=sign("PUT", "https://aaabbb.s3.amazonaws.com/", "us-east-1"))
case("cheynewallace/angular-s3-upload/issues/8", "payload-changed", "XAmzContentSHA256Mismatch The provided 'x-amz-content-sha256' header does not match what was computed.", "PUT", f"{HOST}/a.txt", headers=sign("PUT", f"{HOST}/a.txt"))
case("CherryHQ/cherry-studio/issues/10775", "payload-changed", '{"$fault":"client","$metadata":{"attempts":1,"httpStatusCode":400,"requestId":"186F2BDC6684BAEB","totalRetryDelay":0},"BucketName":"cherry-s3","Code":"XAmzContentSHA256Mismatch","HostId":"dd9025bab4ad464b","Key":"backup/a.zip","Region":"us-east-1","Resource":"/cherry-s3/backup/a.zip","level":"error","message":"[BackupManager] S3 backup failed: The provided \'x-amz-content-sha256\' header does not match what was computed.","name":"XAmzContentSHA256Mismatch"}',
     "PUT", "https://minio.example.com/cherry-s3/backup/a.zip", headers=sign("PUT", "https://minio.example.com/cherry-s3/backup/a.zip", "us-east-1", body=b"zip"))
case("postmanlabs/postman-app-support/issues/3680", "payload-changed", f"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n    <Code>XAmzContentSHA256Mismatch</Code>\n    <Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message>\n    <ClientComputedContentSHA256>{EMPTY}</ClientComputedContentSHA256>\n    <S3ComputedContentSHA256>1c0847b15dc11be65c0003b5d56592c6664a00341d0c3bb0583f3df1a3842f68</S3ComputedContentSHA256>\n</Error>", "PUT", f"{HOST}/a.png", headers=sign("PUT", f"{HOST}/a.png"))
kibana = "http://varnish.example.com/_plugin/kibana/"
signed = sign("GET", kibana, "us-east-1", "es")
stamp_of = [[n, v] for n, v in signed if n.lower() == "x-amz-date"]
seen = canonical("GET", kibana.replace("varnish.example.com", "search-logs.us-east-1.es.amazonaws.com"), [(n.lower(), v) for n, v in stamp_of], EMPTY)
case("xcir/libvmod-awsrest/issues/8", "host-rewritten", json.dumps({"message": api(seen, "es").replace("/eu-west-1/", "/us-east-1/")}), url=kibana, headers=signed)
gateway = "https://id.execute-api.eu-west-1.amazonaws.com/stg/api/a"
signed = sign("GET", gateway, service="execute-api", headers={"Accept": "application/json", "Connection": "close"})
seen = canonical("GET", gateway, [("accept", "application/json"), ("connection", "Keep-Alive"), ("x-amz-date", "20260302T100000Z")], EMPTY)
names = next(v for n, v in signed if n == "Authorization")
if "connection" not in names:
    by_hand = canonical("GET", gateway, [("accept", "application/json"), ("connection", "close"), ("x-amz-date", "20260302T100000Z")], EMPTY)
    signed = [["Accept", "application/json"], ["Connection", "close"], ["X-Amz-Date", "20260302T100000Z"], ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/execute-api/aws4_request, SignedHeaders=accept;connection;host;x-amz-date, Signature={signature(by_hand, service='execute-api')}"]]
case("inreachventures/aws-signing-request-interceptor/issues/20", "header-changed", json.dumps({"message": api(seen, "execute-api")}), url=gateway, headers=signed)
search = "https://search-logs.eu-west-1.es.amazonaws.com/path?a=b%20%26%20c"
case("inreachventures/aws-signing-request-interceptor/issues/44", "parameter-reencoded", '[HTTP/1.1 403 Forbidden]\n{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}', url=search, headers=sign("GET", search, service="es"))
case("boto/boto3/issues/3710", "permission", xml("AccessDenied", "Access Denied"))
case("aws/aws-cli/issues/813", "permission", "upload failed: ./baz to s3://mybucket/foo/bar/baz A client error (AccessDenied) occurred when calling the PutObject operation: Access Denied", "PUT", f"{HOST}/foo/bar/baz", headers=sign("PUT", f"{HOST}/foo/bar/baz", headers={"x-amz-acl": "public-read"}))
case("aws/aws-sdk-js/issues/3975", "permission", "403 - Access Denied", "POST", form)
kms_put = presign("PUT", f"{HOST}/object_key", headers={"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "kms_key"})
case("boto/botocore/issues/1226", "header-not-sent", bare, "PUT", kms_put, headers=[["x-amz-server-side-encryption", "aws:kms"], ["x-amz-server-side-encryption-aws-kms-key-id", "kms_key"]])
case("odysseyscience/react-s3-uploader/issues/110", "header-not-signed", "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not  @signed</Message><HeadersNotSigned>x-amz-acl</HeadersNotSigned><RequestId>", "PUT", put)
case("chriskiehl/Dropler/issues/5", "cors", "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'http://.....' is therefore not allowed access. The response had HTTP status code 403.", "PUT", put)
rgw = "http://test-20181008.172.26.2.52:7480/"
case("s3tools/s3cmd/issues/1017", "addressing-style", "ERROR: S3 error: 403 (SignatureDoesNotMatch)", url=rgw, headers=sign("GET", rgw, "us-east-1"))
upload = "https://s3-us-west-2.amazonaws.com/556e749a/assets/ab45a649?uploads="
signed = sign("POST", upload, "us-west-2")
seen = canonical("POST", upload, [(n.lower(), v) for n, v in signed if n.lower().startswith("x-amz")], EMPTY, "/sandbox-assets.example.zone/556e749a/assets/ab45a649")
case("FineUploader/react-fine-uploader/issues/169", ["addressing-style", "path-prefix"], mismatch(seen, string_to_sign(seen, "us-west-2")), "POST", upload, headers=signed)
listing = "https://rgw.example.com/bucket/dir?delimiter=%2F"
signed = sign("GET", listing, "us-east-1")
case("nginx/nginx-s3-gateway/pull/43", ["path-changed", "path-normalized"], ceph.format("SignatureDoesNotMatch"), url=listing, headers=signed, sent_url=listing.replace("dir?", "dir/?"))
moment = "Mon, 02 Mar 2026 10:00:00 GMT"
v2_text = f"PUT\n\n\n\nx-amz-date:{moment}\n/"
v2_made = signature_v2(v2_text)
case("rclone/rclone/issues/8520", "addressing-style", mismatch(sts=v2_text + "rclone-v2-host/"), "PUT", "https://rclone-v2-host.s3.amazonaws.com/", headers=[["x-amz-date", moment], ["Authorization", f"AWS {ID}:{v2_made}"]], **KNOWN)
index = 0
while "%2B" not in presign_v2("GET", f"https://s3.amazonaws.com/examplebucket/{index}.txt"):
    index += 1
case("Automattic/knox/pull/29", "signature-plus", bare, url=presign_v2("GET", f"https://s3.amazonaws.com/examplebucket/{index}.txt").replace("%2B", "+"))
case("awsdocs/amazon-s3-userguide/pull/88", "trailing-text", bare, url=plain + ".")
token_url = presign("GET", f"{HOST}/a.txt", key=TEMPORARY, token="IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUC+A==")
case("aws-beam/aws-erlang/issues/167", ["token-changed", "url-encoded-twice", "parameter-reencoded"], bare, url="&".join(part.replace("%", "%25") if "Security-Token" in part else part for part in token_url.split("&")))
case("danialfarid/ng-file-upload/issues/743", "header-not-signed", "403 Forbidden", "PUT", presign_v2("PUT", "https://s3.amazonaws.com/your-bucket-name/file2"))

# A fifth batch, run once before the code was looked at: 70 of 81 were explained, and no wrong cause was certain.
# S3: headers that are absent or malformed, transfers, and methods.
case("aws/aws-sdk-js/issues/1237", "other-error", xml("NotImplemented", "A header you provided implies functionality that is not implemented", "\n<Header>Transfer-Encoding</Header>"), "PUT", typed, headers=[["content-type", "text/plain"]])
case("aws/aws-sdk-js/issues/15", "other-error", '{\n  "code":"NotImplemented",\n  "message":"A header you provided implies functionality that is not implemented",\n  "statusCode":501,\n  "retryable":true\n}', "PUT", f"{HOST}/some/path/here/stuff.txt", headers=sign("PUT", f"{HOST}/some/path/here/stuff.txt", headers={"x-amz-acl": "private"}))
case("minio/minio/issues/7792", "other-error", "< HTTP/1.1 411 Length Required\n< Server: MinIO/RELEASE.2019-06-13T01-41-13Z\n< \n" + xml("MissingContentLength", "You must provide the Content-Length HTTP header.", "<Key>hosts</Key><BucketName>open</BucketName>"), "PUT", presign_v2("PUT", "http://minio.example.com:9020/open/hosts"), sent_headers=[["Transfer-Encoding", "chunked"]])
case("treeverse/lakeFS/issues/3582", "other-error", '"error": "s3 error: \n<xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\n<Error>\n    <Code>\n    MissingContentLength</Code>\n    <Message>\n    You must provide the Content-Length HTTP header.</Message>\n    <Key>\n    dummy</Key>\n    <BucketName>\n    lakefs</BucketName>\n</Error>\n",\n"file":"build/pkg/block/s3/adapter.go:250",\n"status_code":411', "PUT", "https://gateway.storjshare.io/lakefs/dummy", headers=sign("PUT", "https://gateway.storjshare.io/lakefs/dummy", "us-east-1"))
needed = "Missing required header for this request: x-amz-content-sha256"
without_hash = [["host", "s3.amazonaws.com"], ["date", "2026-03-02T10:00:00Z"], ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/us-west-2/s3/aws4_request, SignedHeaders=date;host, Signature=" + "68" * 32]]
case("brendanhay/amazonka/issues/7", ["malformed", "header-not-sent"], f'[Raw Response]\nResponse {{responseStatus = Status {{statusCode = 400, statusMessage = "Bad Request"}}, responseVersion = HTTP/1.1, responseHeaders = [("x-amz-request-id","29ECD5DBC22961BD"),("Content-Type","application/xml")], responseBody = "<Error><Code>InvalidRequest</Code><Message>{needed}</Message>', url="https://s3.amazonaws.com/", headers=without_hash)
case("aws/aws-cli/issues/2138", ["malformed", "header-not-sent"], f"An error occurred (InvalidRequest) when calling the PutObject operation: {needed}", "PUT", f"{HOST}/AWS.png", headers=[["x-amz-date", "20260302T100000Z"], ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "68" * 32]])
case("lucacasonato/deno_s3/pull/47", ["header-not-signed", "malformed"], "<Error>\n    <Code>InvalidRequest</Code>\n    <Message>header 'x-amz-content-sha256' must be included in signature</Message>\n</Error>", "PUT", f"{HOST}/a.txt", headers=[hash_header, stamp, ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "68" * 32]])
case("boto/boto/issues/3609", "method", f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n</Error>", "PUT", presign_v2("PUT", "https://s3.amazonaws.com/examplebucket/key_name", headers={"Content-Type": "binary/octet-stream"}), headers=[["Content-Type", "binary/octet-stream"]], sent_method="GET")
case("encoredev/encore/issues/1846", "method", "HTTP/1.1 403 Forbidden\nx-amz-request-id: 4RTEHTT2H8YZ1AY1\nContent-Type: application/xml\nServer: AmazonS3\n\n", sent_method="HEAD")
case("cloudflare/cloudflare-docs/issues/6003", ["method", "cors"], xml("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method. "), "PUT", presign("PUT", r2, "auto"), sent_method="OPTIONS")
agent = "x-amz-user-agent:aws-sdk-js/2.0.29"
sts = f"POST\n\napplication/octet-stream; charset=UTF-8\n\nx-amz-date:Wed, 02 Mar 2026 10:00:00 GMT\n{agent}\n/my-bucket/my-bucket/rest/of/key?uploads"
case("aws/aws-sdk-js/issues/423", ["addressing-style", "path-prefix"], mismatch(sts=sts), "POST", "https://d111111abcdef8.cloudfront.net/my-bucket/rest/of/key?uploads",
     headers=[["Content-Type", "application/octet-stream; charset=UTF-8"], ["x-amz-date", "Wed, 02 Mar 2026 10:00:00 GMT"], ["x-amz-user-agent", "aws-sdk-js/2.0.29"], ["Authorization", f"AWS {ID}:NeX/Y5x0Ls7IwTJC8YQfj1Fkjv0="]])
late = sign("PUT", f"{HOST}/a.txt") + [["x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE"]]
case("soto-project/soto-core/pull/99", ["header-not-signed", "token-added"], 'accessDenied(message: Optional("RequestId: 4059FAA108A45F89, \n    HeadersNotSigned: x-amz-security-token, \n    Message: There were headers present in the request which were not signed, \n    HostId: p013uVEP7DHgqGkbCe/zsjuASVE0b9h9a7Gb37OfnuPmFnNeMZ5VnILzvi9orDLzHtfn1yNEzLA="))', "PUT", f"{HOST}/a.txt", headers=[[n, v.replace(ID, TEMPORARY)] for n, v in late])
front = "https://dy5fx5oj7gr1m.cloudfront.net/foo"
signed = sign("PUT", front, "us-east-1")
seen = canonical("PUT", front.replace("dy5fx5oj7gr1m.cloudfront.net", "examplebucket.s3.amazonaws.com"), pairs, EMPTY)
case("aws/aws-sdk-go/issues/826", "host-rewritten", mismatch(seen, string_to_sign(seen, "us-east-1")), "PUT", front, headers=signed)
case("danieljoos/aws-sign-web/issues/5", ["path-not-encoded", "path-encoded-twice"], json.dumps({"message": api(canonical("GET", "https://id.execute-api.eu-west-1.amazonaws.com/users/us-east-1:deadbeef/items", [tuple(stamp)], EMPTY, "/users/us-east-1%3Adeadbeef/items"), "execute-api")}),
     url="https://id.execute-api.eu-west-1.amazonaws.com/users/us-east-1:deadbeef/items", headers=sign_text([["host", "id.execute-api.eu-west-1.amazonaws.com"], stamp], canonical("GET", "https://id.execute-api.eu-west-1.amazonaws.com/users/us-east-1:deadbeef/items", [tuple(stamp)], EMPTY), service="execute-api"), **KNOWN)
url = "https://college-static.s3.eu-west-1.amazonaws.com/img/10%2B2.jpg"
host = ["host", "college-static.s3.eu-west-1.amazonaws.com"]
own = canonical("GET", url, pairs, EMPTY, "/img/10%202.jpg")
case("mhart/aws4/issues/115", ["path-not-encoded", "path-changed"], mismatch(canonical("GET", url, pairs, EMPTY)), url=url, headers=sign_text([host, hash_header, stamp], own), **KNOWN)
url = "https://s3.amazonaws.com/something-dev/dev_files/2017%2B000.zip"
signed = sign("GET", url, "us-east-1")
seen = canonical("GET", url, pairs, EMPTY, "/something-dev/dev_files/2017%20000.zip")
case("aws/aws-sdk-java/issues/2128", ["path-not-encoded", "path-changed"], "com.amazonaws.services.s3.model.AmazonS3Exception: " + SENTENCE + " (Service: Amazon S3; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 30CFE32E5F47BB96)\n" + f"<StringToSign>{string_to_sign(seen, 'us-east-1')}</StringToSign><CanonicalRequest>{seen}</CanonicalRequest>", url=url, headers=signed, sent_url=url.replace("%2B", "+"))
case("boto/boto/issues/916", "signature-plus", f"<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message></Error>", url="https://s3.amazonaws.com/examplebucket/static/js/plugins/blockui.js?Signature=+tahbTacs5Vkzt5jQ+hZULzGPhE=&Expires=" + str(END) + "&AWSAccessKeyId=" + ID)
case("kaliber-scala/play-s3/issues/73", ["no-authentication", "form-fields", "malformed"], "<Error>\n<Code>AuthorizationQueryParametersError</Code>\n<Message>\nQuery-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.\n</Message>\n<RequestId>A5976FBEFEE951F2</RequestId>\n</Error>",
     url=f"{HOST}/?key=a&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ID}%2F20260302%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260302T100000Z&X-Amz-Signature={'0' * 64}&policy=eyJ9")
ranged = presign("GET", f"{HOST}/folder/a.txt", headers={"range": "bytes=0-10000"})
case("aws/aws-sdk-js-v3/issues/4823", "header-not-sent", f"<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message></Error>", url=ranged, headers=[["range", "bytes=0-10000"]])
own = canonical("GET", presign("GET", "http://minio.example.com:80/bucket/filename"))
case("minio/minio-py/issues/527", "default-port", bare, url=presign_text(presign("GET", "http://minio.example.com:80/bucket/filename"), own), **KNOWN)
listing = "http://127.0.0.1:80/hello/?delimiter=%2F"
own = canonical("GET", listing, pairs, EMPTY)
case("minio/minio/issues/9169", "default-port", xml("SignatureDoesNotMatch", SENTENCE, "<BucketName>hello</BucketName><Resource>/hello/</Resource>"), url=listing, headers=sign_text([["host", "127.0.0.1:80"], hash_header, stamp], own), **KNOWN)

# MinIO and its like behind proxies.
inner = presign("GET", "http://minio:9000/cjofm194t001t07122rc3jcx0/201811211513503.mp4", "us-east-1")
case("minio/minio/issues/6853", ["host-rewritten", "path-prefix"], xml("SignatureDoesNotMatch", SENTENCE), url=inner, sent_url=inner.replace("http://minio:9000", "https://example.com/minio"))
inner = presign("GET", "https://10.240.193.107/dash/store/yd-bucket/1538291531813837730.jpg", "us-east-1")
case("minio/minio/issues/6546", "path-prefix", bare, url=inner, sent_url=inner.replace("/dash/store", ""))
upload = "http://localhost/workflow/plugins.tar.gz"
case("usnistgov/dioptra/pull/347", "host-rewritten", "botocore.exceptions.ClientError: An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: " + SENTENCE, "PUT", upload, headers=sign("PUT", upload, "us-east-1"), sent_url=upload.replace("localhost", "minio"))
case("aws/aws-sdk-js-v3/issues/6618", "host-rewritten", f"SignatureDoesNotMatch: {SENTENCE}", url="http://localhost:9000/s3-path/", headers=sign("GET", "http://localhost:9000/s3-path/"), sent_url="http://s3-test.devcluster.example.com/s3-path/")
blog = "https://minio.example.icu/blog/2.jpg"
signed = sign("PUT", blog, "rex", headers={"Accept-Encoding": "identity"})
if "accept-encoding" not in signed[-1][1]:
    signed = sign_text([["Accept-Encoding", "identity"], ["host", "minio.example.icu"], hash_header, stamp], canonical("PUT", blog, [("accept-encoding", "identity"), *pairs], EMPTY))
changed = [["Accept-Encoding", "gzip"] if n == "Accept-Encoding" else [n, v] for n, v in signed]
case("minio/minio/issues/15506", "header-changed", xml("SignatureDoesNotMatch", SENTENCE, "<Key>2.jpg</Key><BucketName>blog</BucketName><Resource>/blog/2.jpg</Resource>"), "PUT", blog, headers=signed, sent_headers=changed)
case("hashicorp/terraform/issues/36412", "header-changed", "Error: Failed to get existing workspaces: Unable to list objects in S3 bucket \"boe\": operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: tx00000, HostID: , api error SignatureDoesNotMatch: UnknownError", url="https://rgw.example.com/boe?list-type=2",
     headers=sign_text([["Accept-Encoding", "identity"], ["host", "rgw.example.com"], hash_header, stamp], canonical("GET", "https://rgw.example.com/boe?list-type=2", [("accept-encoding", "identity"), *pairs], EMPTY)))
case("versity/versitygw/issues/192", "wrong-region", xml("SignatureDoesNotMatch", "Credential should be scoped to a valid Region, not us-west-2"), url=presign("GET", "http://127.0.0.1:7070/bucket/a", "us-west-2"))
libs3 = [["Content-Length", "1024"], ["host", "172.21.1.210:7070"], ["transfer-encoding", ""], hash_header, stamp]
url = "http://172.21.1.210:7070/gwtest/vsmtest/randfile1"
signed = sign_text(libs3, canonical("PUT", url, [("content-length", "1024"), ("transfer-encoding", ""), *pairs], EMPTY))
case("versity/versitygw/issues/457", "header-not-sent", bare, "PUT", url, headers=signed, sent_headers=[pair for pair in signed if pair[0] != "transfer-encoding"])
case("versity/versitygw/issues/1425", "malformed", '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; missing Credential.</Message></Error>', "PUT", "http://127.0.0.1:7070/test/hello",
     headers=[hash_header, stamp, ["Authorization", "AWS4-HMAC-SHA256 Credenadsftial=a/20260302/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=" + "ac" * 32]])

# R2 and B2.
checked = presign("PUT", "https://acct.r2.cloudflarestorage.com/petdex/pets/pet.json?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32", "auto", headers={"content-type": "application/json"})
case("crafter-station/petdex/issues/465", "payload-changed", "Upload failed: R2 PUT network error: xhr network error (size=290, type=application/json)", "PUT", checked, headers=[["content-type", "application/json"]])
copy = "https://acct.r2.cloudflarestorage.com/myr2/photo.jpg"
ray = [["cf-ray", "7e0e4b5d6f2a1c3d-ARN"], ["host", "acct.r2.cloudflarestorage.com"], ["x-amz-content-sha256", EMPTY], stamp]
case("s3tools/s3cmd/issues/1332", ["header-changed", "header-not-sent"], "ERROR: Copy failed for: 's3://myr2/photo.jpg' (403 (SignatureDoesNotMatch): The request signature we calculated does not match the signature you provided. Check your secret access key and signing method. )", "PUT", copy,
     headers=sign_text(ray, canonical("PUT", copy, [("cf-ray", ray[0][1]), *pairs], EMPTY)))
streamed = [["x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"], ["x-amz-decoded-content-length", "1024"], stamp, ["Authorization", f"AWS4-HMAC-SHA256 Credential={'0123456789abcdef' * 2}/20260302/auto/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length, Signature=" + "ac" * 32]]
case("soto-project/soto/issues/643", ["streaming-not-taken"], xml("NotImplemented", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD not implemented"), "PUT", copy, headers=streamed)
case("Kyrodan/KeeAnywhere/issues/424", ["streaming-not-taken"], "(501): Not Implemented\nSTREAMING-AWS4-HMAC-SHA256-PAYLOAD not implemented", "PUT", copy, headers=streamed)
case("aws/aws-sdk-js-v3/issues/6810", ["streaming-not-taken"], "501: NotImplemented: Header 'x-amz-checksum-crc32' with value 'AAAAAA==' not implemented", "PUT", copy, headers=sign("PUT", copy, "auto", headers={"x-amz-checksum-crc32": "AAAAAA=="}))
case("curl/curl/issues/8810", "payload-changed", "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided &apos;x-amz-content-sha256&apos; header does not match what was computed.</Message></Error>", "POST", "https://acct.r2.cloudflarestorage.com/mybucket/myfile", headers=sign("POST", "https://acct.r2.cloudflarestorage.com/mybucket/myfile", "auto"))
b2 = "https://s3.us-west-004.backblazeb2.com/bucket/video.mp4"
case("muxinc/next-video/issues/216", "wrong-access-key", "✗ Error uploading to Backblaze B2 InvalidAccessKeyId: Malformed Access Key Id at throwDefaultError", "PUT", b2, headers=[[n, v.replace(ID, "0123456789ab")] for n, v in sign("PUT", b2, "us-west-004")])
case("backblaze-b2-samples/cloudflare-b2/issues/15", "header-not-sent", "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\\n<Error>\\n    <Code>InvalidRequest</Code>\\n    <Message>header 'if-modified-since' is listed in signed headers, but is not present</Message>\\n</Error>", url=b2,
     headers=sign_text([["host", "s3.us-west-004.backblazeb2.com"], ["if-modified-since", "Tue, 7 Nov 2021 07:28:00 GMT"], hash_header, stamp], canonical("GET", b2, [("if-modified-since", "Tue, 7 Nov 2021 07:28:00 GMT"), *pairs], EMPTY)))
case("backblaze-b2-samples/cloudflare-b2/pull/4", "header-changed", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Error>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature validation failed</Message>\n</Error>', url=b2,
     headers=sign_text([["accept-encoding", "gzip, br"], ["host", "s3.us-west-004.backblazeb2.com"], hash_header, stamp], canonical("GET", b2, [("accept-encoding", "gzip, br"), *pairs], EMPTY)))

# Google: V4 of a service account, and of HMAC keys.
case("googleapis/nodejs-storage/issues/704", ["malformed", "signature-changed", "signature-truncated"], "<Error>\n<Code>MalformedSecurityHeader</Code>\n<Message>Your request has a malformed header.</Message>\n<ParameterName>signature</ParameterName>\n<Details>Signature was not base64 encoded</Details>\n</Error>", url=google.replace("%3D%3D", "%3D"))
case("alexandrubagu/gcs_signed_url/issues/43", "header-not-sent", "<Error>\n<Code>MalformedSecurityHeader</Code>\n<Message>Your request has a malformed header.</Message>\n<ParameterName>content-type</ParameterName>\n<Details>Header was included in signedheaders, but not in the request.</Details>\n</Error>", url=google_v4("https://storage.googleapis.com/random/s6d432fd1.jpg", "content-type;host"))
case("nocodb/nocodb/pull/9858", "header-not-sent", "<Error>\n<Code>MalformedSecurityHeader</Code>\n<Message>Invalid argument.</Message>\n<Details>Your request has a malformed header. Header was included in signedheaders, but not in the request.</Details>\n<ParameterName>responsecontentdisposition</ParameterName>\n</Error>", url=google_v4("https://storage.googleapis.com/noco/a.png", "host;responsecontentdisposition"))
expired_url = presign("PUT", "https://storage.googleapis.com/firefoxcitc-public-artifacts/task/0/public/build/tmp/aln", "us", expires=2710)
case("taskcluster/taskcluster/issues/7260", "expired", "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Message>Invalid argument.</Message><Details>The provided token has expired. Request signature expired at: 2026-03-02T10:45:10+00:00</Details></Error>", "PUT", expired_url, at="20260302T110135Z")
artifact = google_v4("https://storage.googleapis.com/testkube-cloud-outputs-edge/smoke2.cy.js.mp4", "content-type;host", 1799)
seen = canonical("PUT", artifact.partition("&X-Goog-Signature")[0], [("content-type", "video/mp4")])
goog = "\n".join(["GOOG4-RSA-SHA256", "20260302T100000Z", "20260302/auto/storage/goog4_request", sha256(seen)])
case("kubeshop/testkube/pull/5146", "header-changed", f"⨯ videos/smoke2.cy.js.mp4: failed: store file: failed saving file: status code: 403 / message: <?xml version='1.0' encoding='UTF-8'?><Error><Code>SignatureDoesNotMatch</Code><Message>Access denied.</Message><Details>{GOOGLE}</Details><StringToSign>{goog}</StringToSign><CanonicalRequest>{escape(seen)}</CanonicalRequest></Error>", "PUT", artifact, headers=[["content-type", "application/octet-stream"]])
case("googleapis/google-cloud-ruby/issues/8138", "policy", "<Error>\n<Code>InvalidPolicyDocument</Code>\n<Message>The content of the form does not meet the conditions specified in the policy document.</Message>\n<Details>Policy did not reference these fields: commit</Details>\n</Error>", "POST", "https://storage.googleapis.com/bucket/")
case("floci-io/floci-gcp/issues/32", "expired", "HTTP/2 400\ncontent-type: application/xml; charset=UTF-8\nserver: UploadServer\n\n<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Details>Request signature expired at: 2026-03-02T10:00:01+00:00</Details></Error>", url=google_v4("https://storage.googleapis.com/expired-signed-url-repro/signed-url-expiry.txt", expires=1))

# Other services of AWS.
space = f"AWS4-HMAC-SHA256 Credential= {ID}/20260302/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=" + "cb" * 32
case("boto/boto3/issues/2280", ["malformed", "wrong-access-key"], str({"Message": f"'{ID}/20260302/us-east-1/sts/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{space}'.", "Code": "IncompleteSignature", "Type": "Sender"}), "POST", "https://sts.amazonaws.com/", headers=[stamp, ["Content-Type", "application/x-www-form-urlencoded"], ["Authorization", space]])
twice = f"Authorization: AWS4-HMAC-SHA256 Credential={ID}/20260302/us-west-2/execute-api/aws4_request, SignedHeaders=host;user-agent;x-amz-access-token;x-amz-date, Signature=6zyk9z5PYA25QziT8qay2mdwO5LUQaAAXYYY61l%2FSiA%3D"
case("amzn/selling-partner-api-docs/issues/836", "malformed", '{\n  "errors": [\n    {\n      "message": "\'AWS4-HMAC-SHA256\' not a valid key=value pair (missing equal-sign) in Authorization header: \'' + twice + '\'.",\n      "code": "InvalidInput"\n    }\n  ]\n}', url="https://sellingpartnerapi-fe.example.com/feeds/2021-06-30/feeds", headers=[stamp, ["Authorization", twice]])
case("apickli/apickli/issues/112", ["malformed", "other-scheme", "no-authentication"], '{"message":"\'SomeKey\' not a valid key=value pair (missing equal-sign) in Authorization header: \'Bearer SomeKey\'."}', "POST", "https://id.execute-api.eu-west-1.amazonaws.com/prod/items", headers=[["Content-Type", "application/json"], ["Authorization", "Bearer SomeKey"]])
case("badslug/Paw-AWSSignature4DynamicValue/issues/5", ["malformed", "header-not-sent"], "{\"message\":\"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=...\"}", url="https://id.execute-api.eu-west-1.amazonaws.com/prod/items",
     headers=[["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=" + "cb" * 32]])
case("hubrick/vertx-s3-client/issues/5", "malformed", xml("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"), "PUT", f"{HOST}/a.txt", headers=[hash_header, ["x-amz-date", "20260302T100000+01"], ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=" + "cb" * 32]])
case("stackery/php-lambda-layer/issues/31", ["no-authentication", "not-found"], '{"message":"Missing Authentication Token"}', url="https://rv1gzylepi.execute-api.ap-southeast-1.amazonaws.com/Prod")
case("devsecops/bootcamp/issues/101", "clock-skew", "A client error (SignatureDoesNotMatch) occurred when calling the AssumeRole operation: Signature expired: 20260302T100000Z is now earlier than 20260302T164508Z (20260302T170008Z - 15 min.)\n", "POST", "https://sts.amazonaws.com/", headers=sign("POST", "https://sts.amazonaws.com/", "us-east-1", "sts", body=b"Action=AssumeRole"))
email = "https://email.eu-west-1.amazonaws.com/"
form_body = b"Action=SendEmail&Version=2010-12-01"
signed = sign("POST", email, service="ses", body=form_body)
seen = canonical("POST", email, [tuple(stamp)], sha256(form_body))
case("aws/aws-sdk-js/issues/1443", "wrong-secret", "SignatureDoesNotMatch:` " + api(seen, "ses") + "\ncode: 'SignatureDoesNotMatch',\n  time: 2026-03-02T10:00:00.544Z,\n", "POST", email, headers=signed, body=form_body.decode())
case("laravel/framework/issues/58089", "wrong-secret", "[2026-03-02 10:00:01] production.ERROR: Request to AWS SES API failed. Reason: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.. {\"exception\":\"[object] (Symfony\\\\Component\\\\Mailer\\\\Exception\\\\TransportException(code: 0)", "POST", email, headers=signed)
table = "https://dynamodb.us-east-1.amazonaws.com/"
case("pynamodb/PynamoDB/issues/603", "token-missing", "pynamodb.exceptions.VerboseClientError: An error occurred (UnrecognizedClientException) on request (9H9CMALLM6AC4E94UOHEQUNV2NVV4KQNSO5AEMVJF66Q9ASUAAJG) on table (Request) when calling the DescribeTable operation: The security token included in the request is invalid", "POST", table, headers=[[n, v.replace(ID, TEMPORARY)] for n, v in sign("POST", table, "us-east-1", "dynamodb", body=b"{}")])
case("ryanto/next-s3-upload/issues/87", "wrong-access-key", "InvalidClientTokenId: The security token included in the request is invalid.", "POST", "https://sts.amazonaws.com/", headers=sign("POST", "https://sts.amazonaws.com/", "us-east-1", "sts"))
iot = "https://abc123-ats.iot.eu-west-1.amazonaws.com/mqtt"
wss = presign("GET", iot, service="iotdevicegateway", key=TEMPORARY, token="IQoJb3JpZ2luX2VjEXAMPLE", signer=S3SigV4QueryAuth)
case("aws/aws-sdk-php/issues/2247", ["token-added", "token-changed"], "403 (The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.)", url=wss)
document = "https://vpc-x.eu-west-1.es.amazonaws.com/index/_doc/1?routing=a"
told = [["accept", "application/json"], ["content-encoding", "gzip"], ["content-type", "application/json"], ["host", "vpc-x.eu-west-1.es.amazonaws.com"], stamp]
names = [tuple(pair) for pair in told if pair[0] != "host"]
own = canonical("PUT", document, names, sha256('{"a":1}'))
seen = canonical("PUT", document, names, sha256("compressed"))
case("opensearch-project/opensearch-net/issues/104", "payload-changed", "HTTP/1.1 403 Forbidden\nContent-Type: application/json\nConnection: keep-alive\naccess-control-allow-origin: *\n\n" + json.dumps({"message": api(seen, "es")}), "PUT", document, headers=sign_text(told, own, service="es"), body='{"a":1}')
case("curl/curl/issues/8107", ["parameter-reencoded", "parameter-changed"], '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}', url="https://search-logs.eu-west-1.es.amazonaws.com/_cat/indices?v",
     headers=sign_text([["host", "search-logs.eu-west-1.es.amazonaws.com"], stamp], canonical("GET", "https://search-logs.eu-west-1.es.amazonaws.com/_cat/indices?v", [tuple(stamp)], EMPTY).replace("\nv=\n", "\nv\n"), service="es"), **KNOWN)
model = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v2/invoke"
forwarded = [["content-type", "application/json"], ["host", "bedrock-runtime.us-east-1.amazonaws.com"], stamp, ["x-forwarded-for", "10.0.0.1"]]
case("agentgateway/agentgateway/issues/1953", "header-changed", '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}', "POST", model,
     headers=sign_text(forwarded, canonical("POST", model, [("content-type", "application/json"), tuple(stamp), ("x-forwarded-for", "10.0.0.1")], EMPTY), service="bedrock"))

# POST forms.
case("aws/aws-sdk-js/issues/1983", "policy", '<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy Condition failed: [\\"eq\\", \\"$Content-Type\\", \\"image/jpeg\\"]</Message></Error>', "POST", form)
case("danialfarid/ng-file-upload/issues/2054", "form-fields", "And I get error 412:  Precondition Failed. Bucket POST must be of the enclosure-type multipart/form-data.", "POST", form)
case("minio/minio/issues/19652", "policy", xml("AccessDenied", "Access Denied. (Each form field that you specify in a form must appear in the list of policy conditions. \"Awsaccesskeyid\" not specified in the policy.)", "<BucketName>give-refset-photos</BucketName><Resource>/give-refset-photos</Resource>"), "POST", "http://localhost:9000/give-refset-photos")
case("eddturtle/direct-upload/issues/18", "policy", xml("AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-server-side-encryption").replace("><", ">\n    <"), "POST", form)
case("aws/aws-sdk-php/issues/290", "policy", "AccessDeniedInvalid according to Policy: Extra input fields: content-type", "POST", form)

# CloudFront.
case("aws-samples/amazon-cloudfront-signed-urls-using-lambda-secretsmanager/issues/8", ["expired", "malformed"], "This XML file does not appear to have any style information associated with it. The document tree is shown below.\n<Error>\n<Code>AccessDenied</Code>\n<Message>Access denied</Message>\n</Error>", url=canned(CDN, expires="NaN"))
case("jasonsims/aws-cloudfront-sign/issues/29", ["expired", "clock-skew"], xml("AccessDenied", "Access denied").split("<RequestId>")[0] + "</Error>", url=canned(CDN, expires=int(NOW.timestamp()) + 30), at="20260302T100045Z")
case("aws/aws-sdk-java-v2/issues/6127", ["path-changed", "policy", "parameter-changed"], '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>', url=custom(url=CDN.replace("intro.mp4", "other.mp4")))

# Azure.
table_sas = "https://duckpinjson.table.core.windows.net/Tables?sv=2021-06-08&ss=bfqt&srt=s&sp=rwdlacupiyx&se=2026-03-03T04%3A03%3A10Z&st=2026-03-01T20%3A03%3A10Z&spr=https&sig=" + quote("A" * 43 + "=", safe="")
case("microsoft/AzureStorageExplorer/issues/6203", "permission", '{\n  "name": "RestError",\n  "message": "{\\"odata.error\\":{\\"code\\":\\"AuthorizationResourceTypeMismatch\\",\\"message\\":{\\"lang\\":\\"en-US\\",\\"value\\":\\"This request is not authorized to perform this operation using this resource type.\\\\nRequestId:a1792d4d-8002-00f0-0763-edaf75000000\\\\nTime:2026-03-02T10:01:00.4606223Z\\"}}}",\n  "statusCode": 403\n}', url=table_sas)
soon, _ = sas("/artifacts/a.bin", start="2026-03-02T10:00:01Z")
case("artifact-keeper/artifact-keeper/issues/2286", "clock-skew", azure("Signature not valid in the specified time frame: Start [Mon, 02 Mar 2026 10:00:01 GMT] - Expiry [Mon, 02 Mar 2026 11:00:00 GMT] - Current [Mon, 02 Mar 2026 10:00:00 GMT]"), url=soon, at="20260302T100000Z")
over, _ = sas("/c/a.bin", expires="2026-03-02T09:48:00Z")
case("elastic/elasticsearch/issues/107617", "expired", 'Time:2026-03-02T10:00:13.5825223Z</Message><AuthenticationErrorDetail>Signed expiry time [Mon, 02 Mar 2026 09:48:00 GMT] must be after signed start time [Mon, 02 Mar 2026 10:00:13 GMT]</AuthenticationErrorDetail></Error>"', url=over.replace("&st=2026-03-02T09%3A00%3A00Z", ""))
case("Azure/azure-sdk-for-rust/issues/1096", ["malformed", "permission", "parameter-changed"], "===== RESPONSE ERROR (ServiceCode=AuthenticationFailed) =====\nDescription=Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.\nRequestId:bbeb7df2-601e-0017-4d2f-c9eb06000000\nTime:2026-03-02T10:01:00.9702366Z, Details:\n   AuthenticationErrorDetail: The specified signed resource is not allowed for the this resource level\n   Code: AuthenticationFailed\n", url=sas("/test1", "b", permissions="rl")[0] + "&restype=container&comp=list")
link, text = sas("/images/datadisk-0.vhd")
case("microsoft/AzureStorageExplorer/issues/2981", "parameter-changed", azure("Signature did not match. String to sign used was " + escape(text.replace("\nb\n", "\nc\n", 1))), url=link, sent_url=link.replace("sr=b", "sr=c"))
meta = [["x-ms-blob-type", "BlockBlob"], ["x-ms-date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["x-ms-meta-subject", " Lorem Ipsum"], ["x-ms-version", "2021-04-10"]]
mac = "The MAC signature found in the HTTP request 'ITvDPT4rNZM+S3gWH4GQwOAZYzGCeqP3OLuaaUuX+3Q=' is not the same as any computed signature. Server used following string to sign: 'PUT\n\n\n9509\n\napplication/pdf\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:Mon, 02 Mar 2026 10:00:00 GMT\nx-ms-meta-subject:Lorem Ipsum\nx-ms-version:2021-04-10\n/myaccount/c/a.pdf'."
case("Azure/azure-sdk-for-net/issues/28485", ["header-changed", "wrong-secret"], azure(mac), "PUT", "https://myaccount.blob.core.windows.net/c/a.pdf", headers=[["Content-Length", "9509"], ["Content-Type", "application/pdf"], *meta, ["Authorization", "SharedKey myaccount:ITvDPT4rNZM+S3gWH4GQwOAZYzGCeqP3OLuaaUuX+3Q="]])
mac = "The MAC signature found in the HTTP request 'KEY' is not the same as any computed signature. Server used following string to sign: 'PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-client-request-id:575d518a\nx-ms-date:Mon, 02 Mar 2026 10:00:00 GMT\nx-ms-version:2019-07-07\n/myaccount/example'."
case("Azure/azure-sdk-for-java/issues/15008", "header-changed", 'Caused by: com.azure.storage.queue.models.QueueStorageException: Status code 403, "' + azure(mac) + '"', "PUT", "https://myaccount.queue.core.windows.net/example", headers=[["x-ms-client-request-id", "575d518a"], ["x-ms-date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["x-ms-version", "2020-02-10"], ["Authorization", "SharedKey myaccount:" + "A" * 43 + "="]])

# Streaming, and SigV4a.
put_stream = [["x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"], ["x-amz-decoded-content-length", "1024"], ["x-amz-trailer", "x-amz-checksum-crc32"], stamp, ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-trailer, Signature=" + "ac" * 32]]
case("fleetdm/fleet/issues/47850", ["streaming-not-taken"], "Couldn't add. api error XAmzContentSHA256Mismatch: UnknownError", "PUT", "https://cellar-c2.example.com/fleet/software-installers/a", headers=put_stream)
case("arnemolland/sigv4/issues/8", ["malformed", "payload-changed"], xml("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.", "<ArgumentName>x-amz-content-sha256</ArgumentName><ArgumentValue>STREAMING-HMAC-SHA256-PAYLOAD</ArgumentValue>"), url=f"{HOST}/a.txt",
     headers=[["x-amz-content-sha256", "STREAMING-HMAC-SHA256-PAYLOAD"], stamp, ["Authorization", f"AWS4-HMAC-SHA256 Credential={ID}/20260302/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=" + "ac" * 32]])
case("afreidah/s3-orchestrator/issues/1536", ["streaming-not-taken"], xml("InvalidRequest", "Streaming trailer block is malformed"), "PUT", "https://orchestrator.example.com/backups/wal/0001", headers=[[n, "STREAMING-UNSIGNED-PAYLOAD-TRAILER" if n == "x-amz-content-sha256" else v] for n, v in put_stream])
mrap = presign("GET", "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/sample/98_A.mp3", "us-east-1")
case("boto/boto3/issues/4627", "sigv4a-needed", "<Error>\n    <Code>AuthorizationQueryParametersError</Code>\n    <Message>Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'ap-south-1'</Message>\n    <Region>ap-south-1</Region>\n    <RequestId>3038B49JJSQ2W7DW</RequestId>\n</Error>", url=mrap)
route = "https://sns.us-east-1.amazonaws.com/"
ecdsa = [["X-Amz-Date", "20260302T100000Z"], ["X-Amz-Region-Set", "*"], ["Authorization", f"AWS4-ECDSA-P256-SHA256 Credential={TEMPORARY}/20260302/sns/aws4_request, SignedHeaders=host;x-amz-date;x-amz-region-set, Signature=" + "30" * 70]]
case("aws-samples/sigv4a-signing-examples/issues/10", "token-missing", " <Error>\n        <Type>Sender</Type>\n        <Code>InvalidClientTokenId</Code>\n        <Message>The security token included in the request is invalid.</Message>\n    </Error>", url=route, headers=ecdsa)

# A sixth batch, collected when the fifth was explained: 20 of 25 at first, and no wrong cause was certain.
spaces = "https://jeanie.nyc3.digitaloceanspaces.com/a.png"
signed = [[n, v.replace("/s3/", "//")] for n, v in sign("GET", spaces, "nyc3")]
case("ConzorKingKong/cloud-storage/issues/1", ["wrong-service", "malformed"], ceph.format("SignatureDoesNotMatch"), url=spaces, headers=signed)
double = "https://space.nyc3.digitaloceanspaces.com//uploads/a.png"
case("SociallyDev/Spaces-API/issues/6", ["leading-slash", "path-normalized"], 'Message: {"error":{"message":null,"code":"SignatureDoesNotMatch","type":"client","http_code":403}}', "PUT", double, headers=sign("PUT", double, "nyc3"))
tenancy = "The secret key required to complete authentication could not be found. The region must be specified if this is not the home region for the tenancy."
jeddah = "https://frrjzkngligm.compat.objectstorage.me-jeddah-1.oraclecloud.com/some-bucket/?location="
case("minio/mc/issues/4329", "wrong-region", f"mc: <ERROR> Unable to list folder. {tenancy}", url=jeddah, headers=sign("GET", jeddah, "us-east-1"))
frankfurt = "https://ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com/velero01/oke"
case("restic/restic/issues/4517", "wrong-region", f"stderr=Fatal: create repository at s3:https://ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com/velero01/oke failed: client.BucketExists: {tenancy}", "HEAD", frankfurt, headers=sign("HEAD", frankfurt, "us-east-1"))
case("minio/minio/issues/5304", "wrong-region", "ERRO[0238] Unexpected error, please report this issue at https://github.com/minio/minio/issues  cause=com.oracle.pic.casper.integration.auth.dataplane.exceptions.NotAuthenticatedException: Authentication region name'us-east-1' is incorrect. source=[web-handlers.go:1098:toWebAPIError()]", url=frankfurt, headers=sign("GET", frankfurt, "us-east-1"))
base_url = "https://project.supabase.co/storage/v1/s3/bucket/playlist.m3u8?x-id=PutObject"
case("supabase/storage/issues/569", "header-changed", "operation error S3: PutObject, https response error StatusCode: 403, RequestID: , HostID: , api error SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.", "PUT", base_url,
     headers=sign_text([["Accept-Encoding", "identity"], ["host", "project.supabase.co"], hash_header, stamp], canonical("PUT", base_url, [("accept-encoding", "identity"), *pairs], EMPTY)))
outer = "https://storage.supabase.internal/storage/v1/s3/my-bucket?list-type=2&encoding-type=url"
case("supabase/storage/issues/572", ["path-prefix", "host-rewritten"], f"botocore.exceptions.ClientError: An error occurred (SignatureDoesNotMatch) when calling the ListObjectsV2 operation: {SENTENCE}", url=outer, headers=sign("GET", outer, "eu-west-3"), sent_url=outer.replace("/storage/v1", ""))
next_url = "https://id.lambda-url.eu-west-1.on.aws/_next/data/bundle/example.json?parameter1=test"
host = ["host", "id.lambda-url.eu-west-1.on.aws"]
message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
case("RJPearson94/terraform-aws-open-next/pull/48", ["parameter-added", "parameter-changed", "parameter-dropped"], json.dumps({"message": message}), url=next_url, headers=sign_text([host, stamp], canonical("GET", next_url.partition("?")[0], [tuple(stamp)], EMPTY), service="lambda"), **KNOWN)
batch = "https://batch.us-west-2.amazonaws.com/v1/describecomputeenvironments"
case("cllunsford/aws-signing-proxy/issues/25", "wrong-service", '{"message":"Credential should be scoped to correct service: \'batch\'. "}', "POST", batch, headers=sign("POST", batch, "us-west-2", "es"))
store = "https://container.data.mediastore.us-east-1.amazonaws.com/"
case("aws/aws-sdk-go/issues/1850", "wrong-service", "ERRO[0002] Listing MediaStoreDataItems failed. \n    !!! InvalidSignatureException: Credential should be scoped to correct service: 'mediastore'.\n    !!! \tstatus code: 403, request id: $REDADCTED\n", url=store, headers=sign("GET", store, "us-east-1", "data.mediastore"))
cloud = "https://cloudformation.eu-central-1.amazonaws.com/?Action=DescribeStacks&Version=2010-05-15"
case("timkay/aws/pull/111", "wrong-service", "+--------+-----------------------+-----------------+\n|  Type  |         Code          |     Message     |\n+--------+-----------------------+-----------------+\n| Sender | SignatureDoesNotMatch | Credential should be scoped to correct service: 'cloudformation'. 4c65fc78-37b1-11e6-90f4-ef1004b02a69 |\n+--------+-----------------------+-----------------+", url=cloud, headers=sign("GET", cloud, "eu-central-1", "ec2"))
mechanisms = xml("InvalidArgument", both, "<ArgumentName>Authorization</ArgumentName><ArgumentValue>Bearer some-bearer-token</ArgumentValue>")
case("renovatebot/renovate/issues/3877", "signed-twice", mechanisms.replace('"', '\\"').replace("?>\n", "?>\\n"), sent_headers=[["Authorization", "Bearer some-bearer-token"]])
case("atlassian/terraform-provider-artifactory/issues/87", "signed-twice", mechanisms.replace("Bearer some-bearer-token", "Basic ********************").replace("><", ">\n  <"))
late_policy = xml("AccessDenied", "Invalid according to Policy: Policy expired.").replace("\n", "\\n")
case("benjreinhart/react-native-aws3/issues/28", ["expired", "clock-skew"], late_policy + late_policy, "POST", form)
times = "<RequestTime>20260302T100000Z</RequestTime><ServerTime>2026-03-02T09:00:17Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>"
backup = "https://s3.amazonaws.com/backupebrain/my-backupfile"
case("aws/aws-sdk-php/issues/612", "clock-skew", "Fatal error: Uncaught exception 'Aws\\S3\\Exception\\S3Exception' with message 'Error executing \"PutObject\" on \"https://s3.amazonaws.com/backupebrain/my-backupfile\"; AWS HTTP error: Client error: 403 RequestTimeTooSkewed (client): The difference between the request time and the current time is too large. - " + xml("RequestTimeTooSkewed", skewed, times).replace("\n", " ") + "' exception 'GuzzleHttp\\Exception\\ClientException' with message 'Client error: 403' in Middleware.php:68", "PUT", backup, headers=sign("PUT", backup, "us-east-1"))
brief = presign("GET", "http://my.local.dev/files/3bd5da5e/original", "global", expires=5)
case("minio/minio/issues/6111", "expired", xml("AccessDenied", "Request has expired", "<Key></Key><BucketName></BucketName><Resource>/files/3bd5da5e/original</Resource>"), url=brief, at="20260302T100010Z")
case("alexa-samples/skill-sample-nodejs-adventure-game/issues/41", "clock-skew", "Error: Signature expired: 20260302T100000Z is now earlier than 20260303T022954Z (20260303T023454Z - 5 min.)\n    at Request.callListeners (/node_modules/aws-sdk/lib/sequential_executor.js:107:43)", "POST", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/", headers=sign("POST", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/", "us-east-1", "lambda"))
index = 0
while "%2B" not in sas(f"/c/{index}.bin")[0]:
    index += 1
case("Azure/azure-sdk-for-java/issues/6844", ["signature-plus", "malformed"], azure("Signature fields not well formed."), url=sas(f"/c/{index}.bin")[0].replace("%2B", "+").replace("%3D", "="))
escaped_name, text = sas("/c/123456%2E.json")
case("Azure/azure-sdk-for-net/issues/19021", ["path-not-encoded", "path-changed", "path-encoded-twice"], azure("Signature did not match. String to sign used was " + text.replace("%2E", ".")), url=escaped_name)
colon = f"{HOST}/test%3Afile.json"
case("agilord/aws_client/issues/402", "path-encoded-twice", mismatch(canonical("GET", colon, pairs, EMPTY)), url=colon, headers=sign_text([["host", "examplebucket.s3.eu-west-1.amazonaws.com"], hash_header, stamp], canonical("GET", colon, pairs, EMPTY, "/test%253Afile.json")), **KNOWN)
slashes = f"{HOST}/folder/a.txt"
case("brendanhay/amazonka/issues/155", ["path-not-encoded", "path-encoded-twice"], bare, url=slashes, headers=sign_text([["host", "examplebucket.s3.eu-west-1.amazonaws.com"], hash_header, stamp], canonical("GET", slashes, pairs, EMPTY, "/folder%2Fa.txt")), **KNOWN)
dated = [["Date", "Mon, 02 Mar 2026 10:00:00 GMT"], ["Authorization", f"AWS {ID}:cR/Y+/DNerdlsTuMlapkx5wm+VQ="]]
case("erlcloud/erlcloud/issues/192", ["addressing-style", "path-prefix"], "<StringToSign>GET\\n\\n\\nMon, 02 Mar 2026 10:00:00 GMT\\n/s3.us-west-2.amazonaws.com/</StringToSign>\n<SignatureProvided>cR/Y+/DNerdlsTuMlapkx5wm+VQ=</SignatureProvided>", url="https://s3.us-west-2.amazonaws.com/", headers=dated)
subdomain = presign("PUT", "http://bucket.s3.smithi003.example.com/key", "us-east-1")
case("ceph/s3-tests/pull/304", ["host-rewritten", "addressing-style"], ceph.format("SignatureDoesNotMatch"), "PUT", subdomain, sent_url=subdomain.replace("bucket.s3", "s3"))
case("moby/moby/issues/50065", "method", 'Error response from daemon: unknown: failed to resolve reference "kyverno-reports-server:latest": unexpected status from HEAD request to https://examplebucket.s3.eu-central-1.amazonaws.com/a: 403 Forbidden', url=presign("GET", "https://examplebucket.s3.eu-central-1.amazonaws.com/a", "eu-central-1"), sent_method="HEAD")
plus_key = f"{HOST}/wheels/torch-2.1%2Bcpu.whl"
case("pantsbuild/pants/pull/23671", ["path-not-encoded", "path-changed"], "HTTP 403 SignatureDoesNotMatch", url=plus_key, headers=sign("GET", plus_key), sent_url=plus_key.replace("%2B", "+"))

write()
