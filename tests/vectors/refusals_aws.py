"""Writes refusals-aws.jsonl: rejected requests of AWS, with the response of the server.

Usage: python3 refusals_aws.py > refusals-aws.jsonl   (needs botocore 1.43)
"""

import base64
import hashlib
import hmac
import json
from urllib.parse import quote, unquote, urlsplit

from botocore.auth import SigV4Auth

from refusal_requests import (
    DAY, EMPTY, END, HOST, HTTP_DATE, ID, IDS, KNOWN, LONG, NOW, SECRET, SENTENCE, STAMP,
    TEMPORARY, api, authorization, canonical, case, escape, hash_header, mismatch, presign,
    presign_text, presign_v2, sha256, sign, sign_text, signature, signature_v2, signing_key,
    stamp, string_to_sign, write, xml,
)

TOKEN = "IQoJb3JpZ2luX2VjEHwaCWV1LXdlc3QtMSJHMEUCIQC+Dth2tfhUj1EvwG7IKgc4tv8uVgxYCB02Ja3d9mb7QIgfBR82xRfx2rjGKH005wjrD3E3ADlYAQWSNw0zFvTsc=="
OTHER_TOKEN = "IQoJb3JpZ2luX2VjEJf//////////wEaCWV1LXdlc3QtMSJHMEUCIQDexampletoken+0pFmUOvrIMfYa3WiiTSqpAgjw=="
FORM = "https://examplebucket.s3.amazonaws.com/"
FIRST_IDS = "1CZ55252PH6J0X4R", "Y/tAzV5O3KyYH1kVcfY74BIpr1Y5wwJzln0ftzsQw6oN0b2k="

bare = xml("SignatureDoesNotMatch", SENTENCE, ids=FIRST_IDS)

# S3 links.

url = presign("GET", "https://s3-us-gov-west-1.amazonaws.com/cg-9f4c6e1c/report.pdf", "us-east-1")
case(
    "HHS/Head-Start-TTADP/issues/370",
    "wrong-region",
    "<Error>\n<Code>AuthorizationQueryParametersError</Code>\n<Message>\nError parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'us-gov-west-1'\n</Message>\n<Region>us-gov-west-1</Region>\n<RequestId>04E139156AC60A48</RequestId>\n<HostId>\n+07Gy7GBXRallt6SmBZeBq1xSkgLcXYk/fSoMPzMqbdEMtXQlXLLRSQRAXd1U/u4PuJ1tOFEdI8=\n</HostId>\n</Error>",
    url=url,
)

url = presign("GET", "https://uc-school-test.s3.ap-south-1.amazonaws.com/uploadedfiles/stu_achievements/Race.jpg?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "ap-south-1", expires=604800)
url = url.replace("%2F", "%252F")
text = xml("AuthorizationQueryParametersError", 'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".', ids=FIRST_IDS)
case(
    "dsgriffin/ionic-3-file-transfer-example/issues/20",
    "url-encoded-twice",
    'body:\n"' + text.replace("\n", "↵") + f'"\ncode:3\nexception:null\nhttp_status:400\nsource:\n"{url}"\ntarget:null',
    url=url,
)

url = presign("PUT", "https://s3.amazonaws.com/testBucket", "ca-central-1")
case(
    "bigassforce/aws-sdk/issues/5",
    "wrong-region",
    "<Error>\n<Code>AuthorizationQueryParametersError</Code>\n<Message>\nError parsing the X-Amz-Credential parameter; the region 'ca-central-1' is wrong; expecting 'us-east-1'\n</Message>\n<Region>us-east-1</Region>\n</Error>",
    "PUT",
    url,
)

old_style = presign_v2("GET", "https://s3.amazonaws.com/examplebucket/folder/a.txt")
case(
    "paws-r/paws/issues/572",
    "sigv2-not-taken",
    " <Error>\n<Code>InvalidRequest</Code>\n<Message>The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.</Message>\n<RequestId>VGDS2GCV99JAA9ED</RequestId>\n<HostId>/Iq9V2rLJmvXGYLofe+1uMZz20O/u25GzyTcDQUWExntjB3FUoRrtSL81YMi/aGs9DEMTTwvOdM=</HostId>\n</Error>",
    url=old_style,
)

kms = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
link = presign_v2("GET", "https://s3.amazonaws.com/something/something.txt").replace("//s3.amazonaws.com/something/", "//something.s3.amazonaws.com/")
case("aws/aws-cli/issues/2622", "sigv2-not-taken", kms, url=link)
case("boto/boto3/issues/2680", "sigv2-not-taken", f"_{kms}_", url=presign_v2("GET", "https://s3.amazonaws.com/bucket/key").replace("//s3.amazonaws.com/bucket/", "//bucket.s3.amazonaws.com/"))

# A folder in the bucket's name: the SDK signs and sends %2F, S3 reads a slash.
raw = "https://s3.us-east-2.amazonaws.com/healthusbucket%2Fhealth%2Fprescriptions-nepals/bfcdab42-74ff-4548-82ae-fcc795c71947"
case("aws/aws-sdk-java/issues/3085", ["path-not-encoded", "path-changed"], "SignatureDoesNotMatch", "PUT", presign("PUT", raw, "us-east-2", expires=86399))

# Go, Swift: the presigner encodes the path once more before it signs.
plain = presign("PUT", "https://bucket-name.s3.eu-central-1.amazonaws.com/1/o-2bWeAMR/some-filename_%281%29.pdf", "eu-central-1", expires=900)
own = canonical("PUT", plain, path="/1/o-2bWeAMR/some-filename_%25281%2529.pdf")
case("aws/aws-sdk-go-v2/issues/952", ["path-encoded-twice", "path-not-encoded"], "SignatureDoesNotMatch", "PUT", presign_text(plain, own, "eu-central-1"))
plain = presign("GET", "https://examplebucket.s3.us-west-2.amazonaws.com/public/My%20Photo.jpg?x-id=GetObject", "us-west-2", key=TEMPORARY, token=TOKEN, expires=300)
own = canonical("GET", plain, path="/public/My%2520Photo.jpg")
case(
    "awslabs/aws-sdk-swift/issues/718",
    "path-encoded-twice",
    f'{SENTENCE}"), _requestID: Optional("DKGVF6G0WJQ2ETGD"), _retryable: false, _type: ClientRuntime.ErrorType.unknow',
    url=presign_text(plain, own, "us-west-2"),
)

# Go: the hash of an empty body instead of UNSIGNED-PAYLOAD.
plain = presign("PUT", "https://s3-us-west-2.amazonaws.com/my/path", "us-west-2", expires=600)
own = canonical("PUT", plain, payload=EMPTY)
case("aws/aws-sdk-go/issues/151", ["payload-unsigned", "payload-changed"], bare, "PUT", presign_text(plain, own, "us-west-2"), **KNOWN)

# ACL and Content-Type are signed headers, but curl doesn't send them.
acl = presign("PUT", "https://mybucket.s3.eu-west-2.amazonaws.com/my/key", "eu-west-2", expires=900, headers={"x-amz-acl": "public-read"})
case("aws/aws-sdk-go/issues/1252", "header-not-sent", SENTENCE, "PUT", acl.replace("%2F", "/").replace("%3B", ";"), headers=[["x-amz-acl", "public-read"]])
acl = presign("PUT", "https://mybucket.s3.eu-west-1.amazonaws.com/upload.bin", expires=900, headers={"content-length": "52101", "x-amz-acl": "private"})
case(
    "aws/aws-sdk-go/issues/1661",
    "header-not-sent",
    f"`{SENTENCE}`",
    "PUT",
    acl,
    headers=[["content-length", "52101"], ["x-amz-acl", "private"]],
    sent_headers=[["User-Agent", "curl/7.54.0"], ["Accept", "*/*"], ["Content-Length", "52101"]],
)
typed = presign("PUT", "https://mybucket.s3.eu-west-1.amazonaws.com/temp/my-file.jpg", expires=300, headers={"content-type": "image/jpeg", "x-amz-acl": "public-read"})
case(
    "aws/aws-sdk-go/issues/3121",
    "header-not-sent",
    f"<Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>",
    "PUT",
    typed,
    headers=[["content-type", "image/jpeg"], ["x-amz-acl", "public-read"]],
)
expires = presign("PUT", "https://account.r2.cloudflarestorage.com/bucket/dog.png", "auto", expires=86400, headers={"X-Amz-Expires": "3600"})
case("mhart/aws4fetch/issues/46", "header-not-sent", "`SignatureDoesNotMatch`", "PUT", expires, headers=[["X-Amz-Expires", "3600"]])

# A parameter that S3 takes for a header.
url = presign("PUT", "https://mybucket.s3.eu-west-1.amazonaws.com/myobject?partNumber=1&uploadId=abcDEF123&x-amz-sdk-checksum-algorithm=SHA256&x-id=UploadPart", expires=900)
case(
    "aws/aws-sdk/issues/338",
    "header-not-signed",
    "<Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-sdk-checksum-algorithm</HeadersNotSigned>",
    "PUT",
    url,
)

# Temporary credentials.
no_token = presign("GET", f"{HOST}/folder/a.txt", key=TEMPORARY)
case("estivensh/aws-kmp/issues/63", "token-added", xml("SignatureDoesNotMatch", SENTENCE, f"<AWSAccessKeyId>{TEMPORARY}</AWSAccessKeyId>", ids=FIRST_IDS), url=no_token, sent_url=no_token + "&X-Amz-Security-Token=" + quote(TOKEN, safe=""))
case(
    "aws/aws-iot-device-sdk-embedded-C/issues/1887",
    "token-missing",
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>{TEMPORARY}</AWSAccessKeyId><RequestId>6Y4TKEFBAHAXH8F4</RequestId><HostId>fTcdbqQKsRmKpG1dDt</HostId></Error>',
    url=presign("GET", "https://mybucket.s3.eu-central-1.amazonaws.com/firmware.bin", "eu-central-1", key=TEMPORARY),
)
old_token = "FwoGZXIvYXdzENP//////////wEaDMs0xgrLnOAu9exb9yKsAatGicBu2IE4ENfFViXecuC+xM9Eur15ZPX7QZ2iWK01EJ9nDMG09u6v4/LPy3yvRLuQKn/L72+BnmWYNrshL81jNaWQyFrO30A=="
url = presign("PUT", "https://mybucket.s3.ap-east-1.amazonaws.com/upload/a.png?Content-Type=image%2Fpng", "ap-east-1", key=TEMPORARY, token=old_token, expires=900)
case(
    "aws/aws-sdk-js/issues/4129",
    "token-region",
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n    <Code>InvalidToken</Code>\n    <Message>The provided token is malformed or otherwise invalid.</Message>\n    <Token-0>{old_token}</Token-0>\n    <RequestId>1CZ55252PH6J0X4R</RequestId>\n    <HostId>Y/tAzV5O3KyYH1kVcfY74BIpr1Y5wwJzln0ftzs</HostId>\n</Error>',
    "PUT",
    url,
)
mrap = (
    "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/sample_data.csv?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256"
    f"&X-Amz-Credential={TEMPORARY}%2F{DAY}%2Fs3%2Faws4_request&X-Amz-Date={STAMP}&X-Amz-Expires=3600&X-Amz-Region-Set=%2A"
    f"&X-Amz-Security-Token={quote(old_token, safe='')}&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=3045022100" + sha256("r")[:64] + "0220" + "4f" + sha256("s")[:62]
)
case(
    "boto/boto3/issues/4193",
    "token-region",
    xml("UnsupportedSignature", "The provided request is signed with an unsupported STS Token version or the signature version is not supported", ids=FIRST_IDS),
    url=mrap,
)
url = presign("GET", "https://asdfasdffa.mrap.accesspoint.s3-global.amazonaws.com/a.txt?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&x-id=GetObject", "undefined", expires=900)
case(
    "aws/aws-sdk-js-v3/issues/4815",
    ["wrong-region", "sigv4a-needed"],
    "\"Error parsing the X-Amz-Credential parameter; the region 'undefined' is wrong; expecting 'us-east-1'\".",
    url=url,
)

# Another method.
url = presign("PUT", "https://s3-test-19.s3.ap-south-1.amazonaws.com/abc.pdf?Content-Type=application%2Fpdf&x-amz-acl=bucket-owner-full-control", "ap-south-1", headers={"x-amz-acl": "bucket-owner-full-control"})
case("aws/aws-sdk-js/issues/2569", "method", "when i open that url in the browser it shows signature does not match", "PUT", url, headers=[["x-amz-acl", "bucket-owner-full-control"]], sent_method="GET")
url = presign("GET", "https://s3.eu-central-1.amazonaws.com/MY_BUCKET/test.png?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "eu-central-1", expires=600)
case("aws/aws-sdk-php/issues/1201", "method", "SignatureDoesNotMatch", url=url, sent_method="PUT")
url = presign("GET", "https://mybucket.s3.eu-central-1.amazonaws.com/user1/abc", "eu-central-1", expires=600)
case("aws/aws-sdk-php/issues/534", "method", 'api gives error "SignatureDoesNotMatch"', url=url, sent_method="PUT", sent_headers=[["Content-Type", "image/jpeg"]])
url = presign_v2("GET", "https://s3.amazonaws.com/bucket-name/directory/file").replace("//s3.amazonaws.com/bucket-name/", "//bucket-name.s3.amazonaws.com/")
case(
    "aws/aws-cli/issues/2424",
    "method",
    "The upload to this new URL fails b/c the signature doesn't match.",
    url=url,
    sent_method="PUT",
    sent_url=url.replace("bucket-name.s3.amazonaws.com", "bucket-name.s3-us-west-2.amazonaws.com"),
)

# The global endpoint redirects to the region, whose host isn't the signed one.
url = presign("GET", "https://my-bucket.s3.amazonaws.com/test.txt", "eu-north-1")
case("boto/boto3/issues/2989", "host-rewritten", f"'SignatureDoesNotMatch. {SENTENCE}'", url=url)
url = presign("GET", "https://vmx-recordings.s3.amazonaws.com/1a31a5a6-493c-4600-be88-eb2b051b638e.wav", "eu-central-1", expires=604800)
case(
    "amazon-connect/amazon-connect-salesforce-scv/issues/172",
    "host-rewritten",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>",
    url=url,
)
url = presign("GET", "https://vmx-recordings.s3.amazonaws.com/1a31a5a6-493c-4600-be88-eb2b051b638e.wav", "ca-central-1", expires=604800)
seen = canonical("GET", url, host="vmx-recordings.s3.ca-central-1.amazonaws.com")
sts = string_to_sign(seen, "ca-central-1")
case(
    "amazon-connect/amazon-connect-salesforce-scv/issues/163",
    "host-rewritten",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n<AWSAccessKeyId>{ID}</AWSAccessKeyId>\n<StringToSign>{' '.join(sts.split())}</StringToSign>\n"
    f"<SignatureProvided>{url.rpartition('=')[2]}</SignatureProvided>\n<StringToSignBytes>{sts.encode().hex(' ')}</StringToSignBytes>\n<CanonicalRequest>{escape(' '.join(seen.split()))}</CanonicalRequest>\n</Error>",
    url=url,
)

# Redirects of buckets in another region.
url = presign("PUT", "https://s3.us-east-2.amazonaws.com/mybucket/uppy-php-example/the-file.txt?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", "us-east-2", expires=300)
case(
    "transloadit/uppy/issues/713",
    "wrong-region",
    "<Error>\n  <Code>PermanentRedirect</Code>\n  <Message>The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.</Message>\n  <Bucket>mybucket</Bucket>\n  <Endpoint>s3.amazonaws.com</Endpoint>\n  <RequestId>[filtered]</RequestId>\n  <HostId>[filtered]</HostId>\n</Error>",
    "PUT",
    url,
    sent_method="OPTIONS",
)
case(
    "dyashkir/amazon-s3-url-signer/issues/14",
    "wrong-region",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    url=presign_v2("GET", "https://s3.amazonaws.com/mybucket/somefile.png"),
)

# The Content-Type that a browser or Postman adds; SigV2 always covers it.
part = presign_v2("PUT", "https://s3.amazonaws.com/mybucket/media/file?uploadId=1&partNumber=1")
sts = f"PUT\n\napplication/octet-stream\n{END}\n/mybucket/media/file?partNumber=1&uploadId=1"
case(
    "boto/boto3/issues/3708",
    ["header-not-signed", "header-changed"],
    xml("SignatureDoesNotMatch", SENTENCE, f"<AWSAccessKeyId>{ID}</AWSAccessKeyId><StringToSign>{escape(sts)}</StringToSign><StringToSignBytes>{sts.encode().hex(' ')}</StringToSignBytes>", ids=FIRST_IDS),
    "PUT",
    part,
)
upload = presign_v2("PUT", "https://s3.amazonaws.com/secureurl/foo/bar/baz/workaround.mp4")
case(
    "postmanlabs/postman-app-support/issues/3232",
    ["header-not-signed", "header-changed"],
    f"    <StringToSign>PUT\n        application/octet-stream {END}\n        /secureurl/foo/bar/baz/workaround.mp4\n    </StringToSign>",
    "PUT",
    upload,
)
for index in range(50):  # a signature that stays readable without its escapes, as the one of the report
    url = presign_v2("PUT", f"https://s3.amazonaws.com/mybucket/{index}.test.jpg", expires=12000, headers={"Content-Type": "image/png"})
    if "%2B" not in url:
        break
case(
    "aws/aws-sdk-js/issues/558",
    "header-changed",
    "403 Forbidden",
    "PUT",
    unquote(url),
    headers=[["Content-Type", "image/png"]],
    sent_headers=[["Content-Type", "multipart/form-data; boundary=----WebKitFormBoundary0gHnwFcAgxP8mmOn"]],
)

# SigV2 by hand over a path with a space.
text = f"GET\n\n\n{int(NOW.timestamp()) + 600}\n/mybucket/some file.pdf"
url = f"https://mybucket.s3.amazonaws.com/some file.pdf?Expires={int(NOW.timestamp()) + 600}&AWSAccessKeyId={ID}&Signature={quote(signature_v2(text), safe='')}"
case(
    "dyashkir/amazon-s3-url-signer/issues/9",
    "path-not-encoded",
    "The request signature we calculated does not match the signature you provided.\nCheck your key and signing method.",
    url=url,
)

url = presign("GET", f"{HOST}/attachments/1/image.png", expires=60)
case(
    "lukejacksonn/react-slack-clone/issues/77",
    "signed-twice",
    "`Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified`",
    url=url,
)

# Forms.
case("asafdav/ng-s3upload/issues/23", "policy", "AccessDeniedInvalid according to Policy: Extra input fields: content-type xxxxx", "POST", FORM)
case("blueimp/jQuery-File-Upload/issues/3115", "policy", "AccessDeniedInvalid according to Policy: Extra input fields: email", "POST", FORM)
case(
    "danialfarid/ng-file-upload/issues/400",
    "policy",
    "  <Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Extra input fields: filename</Message><RequestId>0B17AD9FBAD95191</RequestId><HostId>YkMAMEndkQUZTRxaZcnViXPBQexIYaXNva0NQ9Sl8INCz5Qf10GqdoZXdaL3lHWw</HostId></Error>",
    "POST",
    FORM,
)
case(
    "awsdocs/aws-doc-sdk-examples/pull/5490",
    "policy",
    '<Error>\n<Code>AccessDenied</Code>\n<Message>\nInvalid according to Policy: Policy Condition failed: ["eq", "$acl", "public-read"]\n</Message>\n<RequestId>997GMEFQX05D6ZJ5</RequestId>\n<HostId>\nxaDlUyEHIboXtGqI59U5uKD2dbOHpNCr+b7/n5lHch3GgjQXIlXTbZeLV2pAxfmdBfJtvbi/vPU=\n</HostId>\n</Error>',
    "POST",
    "https://doc-example-bucket10.s3.amazonaws.com",
)
case("aws/aws-sdk-ruby/issues/895", ["expired", "policy"], 'Intermittent 403 POST Error - "Invalid according to Policy: Policy expired."', "POST", FORM)
case("asafdav/ng-s3upload/issues/31", "policy", "Getting EntityTooLarge error back from s3 for files larger than 10MB.", "POST", FORM)
case(
    "benefitcloud/ember-uploader/issues/91",
    "form-fields",
    "<Error>\n<Code>PreconditionFailed</Code>\n<Message>At least one of the pre-conditions you specified did not hold</Message>\n<Condition>Bucket POST must be of the enclosure-type multipart/form-data</Condition>\n...\n</Error>",
    "POST",
    FORM,
)
case(
    "blueimp/jQuery-File-Upload/issues/2586",
    "form-fields",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n    <Code>PreconditionFailed</Code>\n    <Message>At least one of the pre-conditions you specified did not hold</Message>\n    <Condition>Bucket POST must be of the enclosure-type multipart/form-data</Condition>\n    <RequestId>768C0C1C8A99C848</RequestId>\n    <HostId>wHsXIFRC5NMEeoXZNHpPuEnwWqYOIrCgC4FTsrcAX0WoUJalfo2efoOZs/ddVSu9</HostId>\n</Error>',
    "POST",
    FORM,
)
case(
    "benefitcloud/ember-uploader/issues/143",
    ["sigv2-not-taken", "form-fields"],
    "<Code>InvalidRequest</Code>\n<Message>The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.</Message>",
    "POST",
    "https://s3-eu-west-2.amazonaws.com/examplebucket",
)
case(
    "nukulb/s3-angular-file-upload/issues/23",
    "sigv2-not-taken",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidRequest</Code><Message>The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.</Message><RequestId>DF13A5EDD8C98F52</RequestId><HostId>adSPzJTLQlMCYRgvkVtvCZGPNgX4ePylNvyfnBiXNGWad9mxGdGVuj3pdErSQYqEG4YOHa5/JUw=</HostId></Error>',
    "POST",
    FORM,
)
case(
    "eddturtle/direct-upload-s3-signaturev4/issues/1",
    "cors",
    "1. `OPTIONS http://bucket.region.amazonaws.com/` (it's \"red\" with little other information)\n2. `XMLHttpRequest cannot load http://bucket.region.amazonaws.com/. Response for preflight has invalid HTTP status code 403`",
    "POST",
    "http://bucket.region.amazonaws.com/",
)

# S3 with an Authorization header.

host = "examplebucket.s3.eu-central-1.amazonaws.com"
raw = f"https://{host}/1%2Fdir%2Fissue"
signed = [["Range", "bytes=0-"], ["Host", host], ["User-Agent", "Minio (amd64; amd64) minio-java/dev"], ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"], stamp]
own = canonical("GET", raw, [("range", "bytes=0-"), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), tuple(stamp)])
signed = sign_text(signed, own, "eu-central-1")
lines = "\n".join(f"{name}: {value}" for name, value in signed)
case(
    "minio/minio-java/issues/504",
    ["path-not-encoded", "path-changed"],
    f"ErrorResponse(code=SignatureDoesNotMatch, message={SENTENCE}, bucketName=null, objectName=null, resource=null, requestId=65FB0FB583B43898, hostId=pRBfWpB/t0ddnMjP+J4HFJqLBRsp/gq/RRnKFDZxLRGgPO3HbB0qsK+YTOQorb1QdjCZ88GiGnU=)\n"
    f"request={{method=GET, url={raw}, headers={lines}\n}}\nresponse={{code=403, headers=x-amz-request-id: 65FB0FB583B43898\nContent-Type: application/xml\nTransfer-Encoding: chunked\nDate: {HTTP_DATE}\nServer: AmazonS3\n}}",
    url=raw,
    headers=signed,
)

plus = f"{HOST}/%2Baskhn"
body = b"hello"
case(
    "durch/rust-s3/issues/148",
    "path-not-encoded",
    f"<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>",
    "PUT",
    plus,
    headers=sign("PUT", plus, body=body),
    sent_url=f"{HOST}/+askhn",
)
plus = "https://s3.amazonaws.com/test-bucket/tes%2Bt.tar.gz"
signed = sign("PUT", plus, "us-east-1", body=b"foobar")
pairs = [(name, value) for name, value in signed if name.lower().startswith("x-amz")]
seen = canonical("PUT", plus, pairs, sha256("foobar"), "/test-bucket/tes%20t.tar.gz")
case("ex-aws/ex_aws/issues/176", "path-not-encoded", mismatch(seen, region="us-east-1", with_bytes=True, ids=FIRST_IDS), "PUT", plus, headers=signed, sent_url=plus.replace("%2B", "+"), body="foobar")
plus = "https://something-dev.s3.amazonaws.com/dev_files/2017%2B000.zip"
case(
    "aws/aws-sdk-java/issues/1946",
    ["path-not-encoded", "path-changed"],
    f"com.amazonaws.services.s3.model.AmazonS3Exception: {SENTENCE}",
    url=plus,
    headers=sign("GET", plus, "us-east-1", token=TOKEN, key=TEMPORARY),
)
raw = "https://s3.amazonaws.com/bcteam-1b299a00-4ea3-2f92-b048-03f6ca07e7f0%2F15_minute_data?encoding-type=url"
case(
    "aws/aws-sdk-ruby/issues/1209",
    ["path-not-encoded", "path-changed"],
    f"Aws::S3::Errors::SignatureDoesNotMatch: {SENTENCE}\n\tfrom /Users/jessicabrown/.rbenv/versions/2.3.1/lib/ruby/gems/2.3.0/gems/aws-sdk-core-2.3.12/lib/seahorse/client/plugins/raise_response_errors.rb:15:in `call'",
    url=raw,
    headers=sign("GET", raw, "us-east-1"),
)
raw = f"{HOST}/state=fl/city=orlando/data.json"
pairs = [tuple(hash_header), tuple(stamp)]
case(
    "grafana/k6-jslib-aws/issues/78",
    "path-not-encoded",
    SENTENCE,
    url=raw,
    headers=sign_text([["Host", urlsplit(HOST).netloc], hash_header, stamp], canonical("GET", raw, pairs, EMPTY)),
)
wrong = "https://s3.ap-northeast-1.amazonaws.com/bucket/key"
case(
    "mhart/aws4/issues/5",
    "host-rewritten",
    f'Aws gives me "{SENTENCE}"',
    url=wrong,
    headers=sign_text([["Host", "s3.ap-northeast-1.amazonaws.com"], ["X-Amz-Content-Sha256", EMPTY], ["X-Amz-Date", STAMP]], canonical("GET", wrong, pairs, EMPTY), "ap-northeast-1"),
    sent_url=wrong.replace("s3.ap", "s3-ap"),
)
listing = "https://wrd-media-archive.s3.amazonaws.com/"
signed = sign("GET", listing, "s3", headers={"accept": "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7", "Host": "wrd-media-archive.s3.amazonaws.com"})
inner = xml("AuthorizationHeaderMalformed", "The authorization header is malformed; the region 's3' is wrong; expecting 'us-east-1'", "<Region>us-east-1</Region>", ids=FIRST_IDS)
case("n8n-io/n8n/issues/12216", "wrong-region", '**Error code**: 400\n**Full message**: 400 - "`' + inner.replace('"', '\\"').replace("\n", "\\n") + '`"', url=listing, headers=signed)
case(
    "TTLabs/EvaporateJS/issues/364",
    "wrong-region",
    "`AuthorizationHeaderMalformed, Message:The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'`",
    "POST",
    "https://s3-eu-central-1.amazonaws.com/mybucket/file.bin?uploads",
    headers=sign("POST", "https://s3-eu-central-1.amazonaws.com/mybucket/file.bin?uploads", "us-east-1"),
)
deb = "https://mybucket.s3-eu-west-2.amazonaws.com/pool/main/r/myfile.deb"
bad = f"aws_access_key_id= {ID}"
signed = sign("GET", deb, "eu-west-2", key=bad)
case(
    "zendesk/apt-s3/issues/10",
    ["malformed", "wrong-access-key"],
    f'2026/03/02 10:00:40 AuthorizationHeaderMalformed: The authorization header is malformed; the authorization component "Credential={bad}/{DAY}/eu-west-2/s3/aws4_request" is malformed.\n\tstatus code: 400, request id: something, host id: something',
    url=deb,
    headers=signed,
)
put = "https://s3.eu-west-1.amazonaws.com/bucket/screenshot.png?x-id=PutObject"
signed = sign("PUT", put, headers={"Accept-Encoding": "identity", "Content-Length": "172595", "Content-Type": "application/octet-stream"}, body=b"x")
case(
    "aws/aws-sdk-go/issues/5176",
    "header-not-sent",
    f"operation error S3: PutObject, https response error StatusCode: 403, RequestID: 4RTEHTT2H8YZ1AY1, HostID: EoMXqxx5Llr2, api error SignatureDoesNotMatch: {SENTENCE}",
    "PUT",
    put,
    headers=signed,
    sent_headers=[pair for pair in signed if pair[0] != "Content-Length"] + [["Transfer-Encoding", "chunked"]],
)

# SigV2 in the header.
old = [["Date", HTTP_DATE], ["Authorization", f"AWS {ID}:" + signature_v2(f"GET\n\n\n{HTTP_DATE}\n/examplebucket/")]]
refused = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
case("mirego/MCAWSS3Client/issues/11", "sigv2-not-taken", f'`<?xml version="1.0" encoding="UTF-8"?> <Error><Code>InvalidRequest</Code><Message>{refused}</Message>`', url="https://examplebucket.s3.eu-central-1.amazonaws.com/", headers=old)
debug = [["User-Agent", "s3fs/1.90 (commit hash b4edad8; OpenSSL)"], ["Host", "examplebucket.s3.us-east-2.amazonaws.com"], ["Accept", "*/*"], ["Authorization", old[1][1]], ["Date", HTTP_DATE]]
log = "".join(f"2026-03-02T10:00:00.335Z [CURL DBG] > {line}\n" for line in ["GET / HTTP/1.1", *(f"{n}: {v}" for n, v in debug), ""])
log += "".join(f"2026-03-02T10:00:00.336Z [CURL DBG] < {line}\n" for line in ["HTTP/1.1 400 Bad Request", "x-amz-bucket-region: us-east-2", "x-amz-request-id: NJ7C0Q0431MJA490"])
case("s3fs-fuse/s3fs-fuse/issues/915", "sigv2-not-taken", log, url="https://examplebucket.s3.us-east-2.amazonaws.com/", headers=debug)
skewed = f"<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>\n<RequestId>395773C55D004CDD</RequestId>\n<HostId>4rNtXTWMBRWOWuxqhpFqMbKe8bTgM4OR0P7Ku/5Med0GoRG0dTJiwIr3G7vJ47Tv</HostId>\n<RequestTime>{HTTP_DATE}</RequestTime>\n<ServerTime>2026-03-02T10:15:14Z</ServerTime></Error>"
case(
    "LeastAuthority/leastauthority.com/issues/157",
    "clock-skew",
    'File "/usr/local/lib/python2.7/dist-packages/txAWS-0.2.1.post4-py2.7.egg/txaws/client/base.py", line 46, in error_wrapper\n raise fallback_error\nallmydata.storage.backends.s3.s3_common.TahoeS3Error: (\'403\', \'403 Forbidden\', \'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>RequestTimeTooSkewed</Code>\n<Message>The difference between the request time and the current time is too large.</Message>\n'
    + skewed
    + "')...",
    url="https://s3.amazonaws.com/examplebucket/",
    headers=old,
    at="20260302T101514Z",
)
case(
    "docker-library/python/issues/472",
    "clock-skew",
    "botocore.exceptions.ClientError: An error occurred (RequestTimeTooSkewed) when calling the ListObjects operation: The difference between the request time and the current time is too large.",
    url=f"{HOST}/?delimiter=%2F&encoding-type=url&prefix=folder",
    headers=sign("GET", f"{HOST}/?delimiter=%2F&encoding-type=url&prefix=folder"),
    at="20260302T104500Z",
)

# A metadata header with an umlaut: S3 reads its UTF-8 as Latin-1.
meta = '{"name":"passfoto-mit-lächeln.png","model_class":"Picture"}'
when = "Mon, 02 Mar 2026 10:00:00 +0000"
resource = "/examplebucket/2026/03/02/passfoto.png"
sts = lambda value: f"PUT\n\nimage/png\n{when}\nx-amz-acl:public-read\nx-amz-meta-json:{value}\n{resource}"
seen = sts(meta.encode().decode("latin-1"))
text = xml("SignatureDoesNotMatch", SENTENCE, f"<StringToSignBytes>{seen.encode().hex(' ')}</StringToSignBytes>", ids=FIRST_IDS).replace('"', '\\"').replace("\n", "\\n")
case(
    "markevans/dragonfly-s3_data_store/issues/6",
    "header-changed",
    f'Excon::Errors::Forbidden - Expected(200) <=> Actual(403 Forbidden)\n  response => #<Excon::Response:0x007f90aecc91b0 @data={{:body=>"{text}"',
    "PUT",
    "https://examplebucket.s3.amazonaws.com/2026/03/02/passfoto.png",
    note="metadata header with non-ASCII characters",
    headers=[["Content-Type", "image/png"], ["x-amz-acl", "public-read"], ["x-amz-meta-json", meta], ["Date", when], ["Authorization", f"AWS {ID}:{signature_v2(sts(meta))}"]],
)

# Other services.

# Lambda.
lam = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws/submit"
payload = '{"name":"x"}'
pairs = [("content-length", str(len(payload))), ("content-type", "application/json"), ("te", "trailers"), tuple(stamp), ("x-amz-security-token", TOKEN)]
signed = sign_text([["Host", urlsplit(lam).netloc], *([n.title(), v] for n, v in pairs)], canonical("POST", lam, pairs, sha256(payload)), "eu-central-1", "lambda", TEMPORARY)
case("mhart/aws4/issues/155", ["header-not-sent", "header-changed"], f"`{LONG}`", "POST", lam, headers=signed, body=payload)
edge = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws/"
signed = sign("GET", edge, "us-east-1", "lambda", {"host": urlsplit(edge).netloc, "user-agent": "Amazon CloudFront", "via": "2.0 8bf2a8e4f4c47b5ab0ba4a0e0d3c4a5a.cloudfront.net (CloudFront)"}, token=TOKEN, key=TEMPORARY)
case(
    "jetbridge/cdk-nextjs/issues/265",
    "header-changed",
    "{message: The request signature we calculated does not match the signature you provided. Check your aws secret key and signing method. Consult the service documentation for more details}",
    url=edge,
    headers=signed,
)
round_ = edge + "docs/(intro)"
own = canonical("GET", round_, [tuple(stamp), ("x-amz-security-token", TOKEN)], EMPTY, "/docs/(intro)")
case(
    "aws-samples/aws-lambda-function-url-secured/issues/20",
    "path-not-encoded",
    '{"message":"' + LONG + '"}',
    url=round_,
    headers=sign_text([["host", urlsplit(edge).netloc], stamp, ["x-amz-security-token", TOKEN]], own, "us-east-1", "lambda", TEMPORARY),
)
asked = edge + "search?term=abc&page=2"
own = canonical("GET", asked, [tuple(stamp), ("x-amz-security-token", TOKEN)], EMPTY, "/search%3Fterm%3Dabc%26page%3D2", query="")
case(
    "aws-samples/aws-lambda-function-url-secured/issues/26",
    ["parameter-added", "path-changed"],
    "`The request signature we calculated does not match the signature you provided`",
    url=asked,
    headers=sign_text([["host", urlsplit(edge).netloc], stamp, ["x-amz-security-token", TOKEN]], own, "us-east-1", "lambda", TEMPORARY),
)
invoke = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/resize:NEW/invocations"
own = canonical("POST", invoke, [tuple(stamp)], sha256("[]"), "/2015-03-31/functions/resize:NEW/invocations")
case(
    "erlcloud/erlcloud/issues/690",
    "path-not-encoded",
    '{error,{http_error,403,"Forbidden",\n                   <<"{\\"message\\":\\"The request signature we calculated does not match the signature you provided. C"...>>,\n                   [{"x-amzn-errortype","InvalidSignatureException"},\n                    {"x-amzn-requestid","95968fc5-d234-4bc6-90d1-106813ed064f"},\n                    {"connection","keep-alive"},\n                    {"content-length","192"},\n                    {"content-type","application/json"},',
    "POST",
    invoke,
    headers=sign_text([["host", "lambda.us-east-1.amazonaws.com"], stamp], own, "us-east-1", "lambda"),
)

# Bedrock.
model = "https://bedrock-runtime.us-east-2.amazonaws.com/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse-stream"
payload = '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'
forwarded = {"x-forwarded-for": "10.0.20.180", "x-forwarded-host": "litellm.example.com", "x-forwarded-port": "443", "x-forwarded-proto": "https", "x-forwarded-server": "aeeb7cda9e5b", "x-real-ip": "10.0.20.180"}
signed = sign("POST", model, "us-east-2", "bedrock", {"Content-Type": "application/json", **forwarded}, payload)
arrived = forwarded | {"x-forwarded-for": "10.0.20.180,203.0.113.73"}
seen = canonical("POST", model, [("content-type", "application/json"), tuple(stamp), *arrived.items()], sha256(payload), "/model/us.anthropic.claude-sonnet-4-20250514-v1%253A0/converse-stream")
twice = api(seen, "bedrock", "us-east-2").replace("\n", "\\\\n")
case(
    "BerriAI/litellm/issues/14763",
    "header-changed",
    f'    "error_message": "litellm.APIConnectionError: BedrockException - {{\\"message\\":\\"{twice}\\"}}. Received Model Group=bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0\\nAvailable Model Group Fallbacks=None LiteLLM Retried: 1 times, LiteLLM Max Retries: 2"',
    "POST",
    model,
    headers=signed,
)
nova = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse"
payload = '{"messages": [{"role": "user", "content": [{"text": "Tell me a joke"}]}]}'
own = canonical("POST", nova, [("connection", "close"), ("content-type", "application/json"), tuple(stamp)], sha256(payload), "/model/us.amazon.nova-lite-v1%253A0/converse")
case(
    "BerriAI/litellm/issues/7107",
    ["header-changed", "header-not-sent"],
    'APIConnectionError: litellm.APIConnectionError: BedrockException - {"message":"' + LONG + '"}    ',
    "POST",
    nova,
    headers=sign_text([["Content-Type", "application/json"], ["Connection", "close"], ["X-Amz-Date", STAMP]], own, "us-east-1", "bedrock"),
    body=payload,
)
sonnet = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke"
payload = '{"anthropic_version":"bedrock-2023-05-31","max_tokens":1024}'
own = canonical("POST", sonnet, [("content-type", "application/json"), tuple(stamp)], sha256(payload))
case(
    "aws-beam/aws-erlang/issues/161",
    ["path-encoded-twice", "path-not-encoded"],
    f'{{error,#{{<<"message">> =>\n             <<"{LONG}">>}},\n{{403,\n        [{{<<"Date">>,<<"{HTTP_DATE}">>}},\n         {{<<"Content-Type">>,<<"application/json">>}},\n         {{<<"Content-Length">>,<<"192">>}},\n         {{<<"Connection">>,<<"keep-alive">>}},\n         {{<<"x-amzn-RequestId">>,\n          <<"39c52d8a-a39c-42bb-a269-ec2735bdccc6">>}},\n         {{<<"x-amzn-ErrorType">>,\n          <<"InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/">>}}],\n        #Ref<0.1110152351.2238447618.62956>}}}}',
    "POST",
    sonnet,
    headers=sign_text([["Host", urlsplit(sonnet).netloc], ["Content-Type", "application/json"], ["X-Amz-Date", STAMP]], own, "us-east-1", "bedrock"),
    body=payload,
)

# OpenSearch.
es = "search-example-abcdefghijklmnop.us-east-1.es.amazonaws.com"
search = f"https://{es}/index/_search?q=b+c"
own = canonical("GET", search, [tuple(stamp)], EMPTY, query="q=b%2Bc")
case("inreachventures/aws-signing-request-interceptor/issues/34", "parameter-reencoded", LONG, url=search, headers=sign_text([["Host", es], stamp], own, "us-east-1", "es"))
scroll = f"https://{es}/_search/scroll?scroll=2m&scroll_id=cXVlcnlUaGVuRmV0Y2g7NTsyMjo2RU9JZ3hnb1R1bVN1YkEzb1ZZRk1BOzIzOjZFT0lneGdvVHVtU3ViQTNvVllGTUE7MDs%3D&size=1000"
pairs = [("accept-encoding", "gzip,deflate"), ("connection", "close"), ("content-length", ""), ("user-agent", "Apache-HttpClient/4.5.1 (Java/1.8.0_60)"), tuple(stamp)]
seen = canonical("GET", scroll, pairs, EMPTY)
own = canonical("GET", scroll, pairs, EMPTY, query=urlsplit(scroll).query.replace("%3D", "="))
case(
    "inreachventures/aws-signing-request-interceptor/pull/17",
    "parameter-reencoded",
    "09:32:28.035-0700 [qtp2125697331-13] ERROR c.c.k.e.ExceptionMapperDefault - unexpected exception\njava.lang.RuntimeException: 403 Forbidden: "
    + json.dumps({"message": api(seen, "es", "us-east-1")}, separators=(",", ":")),
    url=scroll,
    headers=sign_text([["Host", es], *([n, v] for n, v in pairs)], own, "us-east-1", "es"),
)
wild = f"https://{es}/log-message-*/log-message/_search"
payload = '{"query":{"match_all":{}}}'
pairs = [("accept-encoding", "gzip,deflate"), ("content-length", str(len(payload))), ("content-type", "application/json; charset=UTF-8"), ("user-agent", "Apache-HttpClient/4.5.2 (Java/1.8.0_45)"), tuple(stamp)]
own = canonical("POST", wild, pairs, sha256(payload), "/log-message-%252A/log-message/_search")
signed = sign_text([["Host", es], *([n.title(), v] for n, v in pairs)], own, "us-east-1", "es")
wire = "".join(f'15:25:13.502 [main] DEBUG org.apache.http.wire - http-outgoing-1 >> "{line}[\\r][\\n]"\n' for line in ["POST /log-message-*/log-message/_search HTTP/1.1", *(f"{n}: {v}" for n, v in signed)])
case("inreachventures/aws-signing-request-interceptor/issues/28", ["path-encoded-twice", "path-not-encoded"], wire + '15:25:13.627 [main] DEBUG org.apache.http.wire - http-outgoing-1 << "HTTP/1.1 403 Forbidden[\\r][\\n]"\n', "POST", wild, headers=signed, body=payload)
port = f"http://{es}:80/index/_search"
pairs = [tuple(stamp)]
own, seen = canonical("GET", port, pairs, EMPTY), canonical("GET", port, pairs, EMPTY, host=es)
case("inreachventures/aws-signing-request-interceptor/issues/14", "default-port", json.dumps({"message": api(seen, "es", "us-east-1")}), url=port, headers=sign_text([["Host", f"{es}:80"], stamp], own, "us-east-1", "es"))
star = f"https://{es}/index/_search?q=user:ki*"
own = canonical("GET", star, pairs, EMPTY, query="q=user%3Aki*")
case("inreachventures/aws-signing-request-interceptor/issues/31", "parameter-reencoded", f"> {LONG}", url=star, headers=sign_text([["Host", es], stamp], own, "us-east-1", "es"))
cursor = "https://id.execute-api.eu-west-1.amazonaws.com/prod/items?cursor=eyJpZCI6MX0%3D"
own = canonical("GET", cursor, pairs, EMPTY, query="cursor=eyJpZCI6MX0%253D")
case("okigan/awscurl/issues/216", "parameter-reencoded", json.dumps({"message": LONG}, separators=(",", ":")), url=cursor, headers=sign_text([["Host", urlsplit(cursor).netloc], ["X-Amz-Date", STAMP]], own, service="execute-api"))

# API Gateway.
cdn = "https://auth.example.com/generate_ci?authz=abc"
case(
    "vrtdev/aws-cloudfront-authorizer/pull/46",
    "host-rewritten",
    json.dumps({"message": LONG}, separators=(",", ":")),
    url=cdn,
    headers=sign("GET", cdn, service="execute-api", token=TOKEN, key=TEMPORARY),
)
socket = "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/dev/%40connections/Xf3eJd0uDoECJ4w%3D"
case(
    "aws/aws-sdk-js-v3/issues/1831",
    "wrong-service",
    "(node:44809) UnhandledPromiseRejectionWarning: InvalidSignatureException: Credential should be scoped to correct service: 'execute-api'. \n    at deserializeAws_restJson1PostToConnectionCommandError (<project_root>/node_modules/@aws-sdk/client-apigatewaymanagementapi/dist/cjs/protocols/Aws_restJson1.js:287:41)\n    ...",
    "POST",
    socket,
    headers=sign("POST", socket, service="apigateway", headers={"Content-Type": "application/octet-stream"}, body=b"hi"),
)
keys = "https://abcdef1234.execute-api.us-east-1.amazonaws.com/dev/apikeys"
case(
    "aws/aws-sdk-js/issues/3571",
    "wrong-service",
    '{\n        "message": "Credential should be scoped to correct service: \'execute-api\'. ",\n        "code"',
    "POST",
    keys,
    headers=sign("POST", keys, "us-east-1", "apigateway", {"Content-Type": "application/json"}, b"{}", TOKEN, TEMPORARY),
)
abc = "https://abc.execute-api.us-east-1.amazonaws.com/prod"
signed = sign("GET", abc, "us-east-1", "abc", {"date": HTTP_DATE})
case("r7kamura/aws-signer-v4/pull/1", "wrong-service", f"{signed[-1][1]}\n{{\"message\":\"Credential should be scoped to correct service: 'execute-api'. \"}}", url=abc, headers=signed)
custom = "https://myapi.example.com/v1/things"
case(
    "Kong/insomnia/issues/830",
    ["wrong-region", "wrong-service"],
    "{\n\t\"message\": \"Credential should be scoped to a valid region, not 'us-east-1'. Credential should be scoped to correct service: 'execute-api'. \"\n} ",
    url=custom,
    headers=sign("GET", custom, "us-east-1", "myapi"),
)
gateway = "https://domain.execute-api.us-west-2.amazonaws.com/dev/2013-01-01/search?format=sdk&pretty=true&q=abc"
case(
    "aws/aws-sdk-js/issues/792",
    "wrong-region",
    '{"__type":"#SignatureDoesNotMatch","error":{"message":"[*Deprecated*: Use the outer message field] Credential should be scoped to a valid region, not \'execute-api\'. "},"message":"Credential should be scoped to a valid region, not \'execute-api\'. "}',
    url=gateway,
    headers=sign("GET", gateway, "execute-api", "cloudsearch"),
)
forms = "https://abcdef1234.execute-api.us-east-1.amazonaws.com/dev/v1/submissions"
payload = '{"k":"v"}'
pairs = [tuple(stamp), ("x-amz-security-token", TOKEN)]
once = canonical("POST", forms, [("content-type", "application/json; charset=UTF-8"), *pairs], sha256(payload))
own = once.replace("content-type:application/json; charset=UTF-8\n", "content-type:application/json; charset=UTF-8\n" * 2).replace("\ncontent-type;host", "\ncontent-type;content-type;host")
signed = sign_text(
    [["content-type", "application/json; charset=UTF-8"], stamp, ["x-amz-security-token", TOKEN]],
    own, "us-east-1", "execute-api", TEMPORARY,
)
case("aws-amplify/amplify-js/issues/6588", "malformed", "`InvalidSignatureException`", "POST", forms, note="a header is named twice in SignedHeaders", headers=signed, body=payload)

# SageMaker, SQS: the hash isn't that of the body.
maker = "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/my-service/invocations"
payload = '{"my":"payload"}'
pairs = [("accept", "application/json"), ("x-amz-content-sha256", EMPTY), tuple(stamp)]
own, seen = canonical("POST", maker, pairs, EMPTY), canonical("POST", maker, pairs, sha256(payload))
case(
    "arnemolland/sigv4/issues/13",
    "payload-changed",
    api(seen, "sagemaker", "eu-west-1"),
    "POST",
    maker,
    headers=sign_text([["accept", "application/json"], ["host", urlsplit(maker).netloc], hash_header, stamp], own, service="sagemaker"),
    body=payload,
)
queue = "https://sqs.eu-west-1.amazonaws.com/533692402829/test_drm_callback.fifo"
payload = "Action=SendMessage&MessageBody=%7B%22key%22:%20%22value%22%7D&Version=2012-11-05&MessageGroupId=12345&MessageDeduplicationId=12345"
pairs = [("cache-control", "no-cache"), ("content-length", str(len(payload))), ("content-type", "application/x-www-form-urlencoded"), tuple(stamp)]
own = canonical("POST", queue, pairs, sha256(unquote(payload)))
seen = canonical("POST", queue, pairs, sha256(payload))
case(
    "postmanlabs/postman-app-support/issues/5996",
    "payload-changed",
    '<?xml version="1.0"?>\n<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">\n    <Error>\n        <Type>Sender</Type>\n        <Code>SignatureDoesNotMatch</Code>\n        <Message>'
    + api(seen, "sqs", "eu-west-1")
    + "</Message>\n        <Detail/>\n    </Error>\n    <RequestId>1fc65a8f-5fa2-51d5-919a-10b51f95ab22</RequestId>\n</ErrorResponse>",
    "POST",
    queue,
    headers=sign_text([["Host", "sqs.eu-west-1.amazonaws.com"], *([n.title(), v] for n, v in pairs)], own, service="sqs"),
)

# Transcribe: the events of a long stream are signed with the time of its start.
stream = "https://transcribestreaming.eu-west-1.amazonaws.com/stream-transcription"
case(
    "aws-samples/aws-transcribe-streaming-example-java/issues/12",
    ["expired", "clock-skew"],
    f"java.util.concurrent.CompletionException: software.amazon.awssdk.services.transcribestreaming.model.BadRequestException: Signature expired: {STAMP} is now earlier than {STAMP} (20260302T100500Z - 5 min.)",
    "POST",
    stream,
    headers=sign("POST", stream, service="transcribe", headers={"Content-Type": "application/vnd.amazon.eventstream", "x-amzn-transcribe-language-code": "en-US"}),
    at="20260302T100500Z",
)

# STS.
sts_body = "Action=GetCallerIdentity&Version=2011-06-15"
london = "https://sts.eu-west-2.amazonaws.com/"
vault = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Vault-AWS-IAM-Server-ID": "vault.example.com"}
case(
    "hashicorp/vault/issues/11067",
    "wrong-region",
    'Error Authenticating: Error Making API request\nURL PUT https://xxx.xx.local/v1/auth/aws/login\ncode: 400 Errors:\n* error making upstream request: received error code 403 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-0615/">\n<Error>\n  <Type>Sender</Type>\n<Code>SignatureDoesNotMatch</Code>\n<Message>Credential should be scoped to a valid region , not \'us-east-1\'. </Message>',
    "POST",
    london,
    headers=sign("POST", london, "us-east-1", "sts", vault, sts_body),
    body=sts_body,
)
world = "https://sts.amazonaws.com/"
case(
    "spring-projects/spring-vault/issues/871",
    "wrong-region",
    'org.springframework.vault.authentication.VaultLoginException: Cannot login using AWS-IAM: error making upstream request: received error code 403 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n<Error>\n<Type>Sender</Type>\n<Code>SignatureDoesNotMatch</Code>\n<Message>Credential should be scoped to a valid region. </Message>\n</Error>\n<RequestId>b38c3d6a-ae0a-4f08-b768-94ad7b53b82e</RequestId>\n</ErrorResponse>',
    "POST",
    world,
    headers=sign("POST", world, "us-west-2", "sts", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, sts_body, TOKEN, TEMPORARY),
    body=sts_body,
)
swapped = f"{SECRET}/{DAY}/us-east-1/sts/aws4_request"
case(
    "hashicorp/vault/issues/4939",
    ["malformed", "wrong-access-key"],
    f'* error making upstream request: received error code 400 from STS: <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n    <Code>IncompleteSignature</Code>\n    <Message>Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \'{swapped}\'</Message>\n  </Error>',
    "POST",
    world,
    headers=sign("POST", world, "us-east-1", "sts", vault, sts_body, key=SECRET),
    body=sts_body,
)
role = "https://sts.amazonaws.com/?Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fx&RoleSessionName=x&Version=2011-06-15"
case("mhart/aws4/issues/166", "wrong-region", "`403` / `SignatureDoesNotMatch` error", url=role, headers=sign("GET", role, "us-west-2", "sts"))
case(
    "cloud-custodian/cloud-custodian/pull/4900",
    "wrong-region",
    "2026-03-02 10:00:15,970: c7n_org:ERROR unable to obtain credentials for account:awsrole:arn:aws:iam::XXXXXX:role/AdminAccess error:An error occurred (SignatureDoesNotMatch) when calling the AssumeRole operation: Credential should be scoped to a valid region, not 'us-east-2'.",
    "POST",
    world,
    headers=sign("POST", world, "us-east-2", "sts", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, "Action=AssumeRole&Version=2011-06-15", TOKEN, TEMPORARY),
)

# EKS tokens are presigned GetCallerIdentity links.
identity = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
token = presign("GET", "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "us-east-1", "sts", expires=60, headers={"x-k8s-aws-id": "prod"})
case(
    "kubernetes-sigs/aws-iam-authenticator/issues/130",
    "header-changed",
    '{"log":"time=\\"2026-03-02T10:00:30Z\\" level=warning msg=\\"access denied\\" client=\\"127.0.0.1:27688\\" error=\\"sts getCallerIdentity failed: error from AWS (expected 200, got 403)\\" method=POST path=/authenticate\\n","stream":"stderr","time":"2026-03-02T10:00:30.131521462Z"}',
    url=token,
    headers=[["x-k8s-aws-id", "prod"]],
    sent_headers=[["x-k8s-aws-id", "production"]],
    at="20260302T100030Z",
)
token = presign("GET", identity, "eu-west-1", "sts", expires=60, headers={"x-k8s-aws-id": "prod"})
case(
    "kubernetes-client/java/pull/4778",
    "url-encoded-twice",
    '{\n  "kind": "Status",\n  "apiVersion": "v1",\n  "metadata": {},\n  "status": "Failure",\n  "message": "Unauthorized",\n  "reason": "Unauthorized",\n  "code": 401\n}',
    url=quote(token, safe=""),
    headers=[["x-k8s-aws-id", "prod"]],
    at="20260302T100030Z",
)

# A space beside the access key.
flow = "https://cloudformation.us-east-1.amazonaws.com/"
signed = sign("POST", flow, "us-east-1", "cloudformation", key=ID + " ")
case(
    "aws/aws-sdk-go/issues/289",
    ["malformed", "wrong-access-key"],
    f"IncompleteSignature: '/{DAY}/us-east-1/cloudformation/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{signed[-1][1]}'.",
    "POST",
    flow,
    headers=signed,
)
nine = "https://cloud9.eu-central-1.amazonaws.com/"
signed = sign("POST", nine, "eu-central-1", "cloud9", {"content-type": "application/x-amz-json-1.1", "content-length": "2", "x-amz-target": "AWSCloud9WorkspaceManagementService.ListEnvironments"}, b"{}", key=" " + ID)
case(
    "iann0036/cloud9-sync/issues/10",
    ["malformed", "wrong-access-key"],
    '"{"__type":"IncompleteSignatureException","message":"\'' + f"{ID}/{DAY}/eu-central-1/cloud9/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{signed[-1][1]}'." + '"}"',
    "POST",
    nine,
    headers=signed,
)

# DynamoDB, Kinesis.
dynamo = "https://dynamodb.us-east-1.amazonaws.com/"
target = lambda name: {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{name}"}
payload = '{"TableName":"t","Item":{"id":{"S":"1"}}}'
pairs = [("content-type", "application/x-amz-json-1.0"), tuple(stamp), ("x-amz-target", "DynamoDB_20120810.PutItem ")]
own = canonical("POST", dynamo, pairs, sha256(payload))
case(
    "ttsuruoka/php-simple-amazon-dynamodb/issues/1",
    "header-changed",
    f'array(2) {{ ["__type"]=> string(50) "com.amazon.coral.service#InvalidSignatureException" ["message"]=> string(178) "{LONG}" }}',
    "POST",
    dynamo,
    headers=sign_text([["Host", "dynamodb.us-east-1.amazonaws.com"], *([n, v] for n, v in pairs)], own, "us-east-1", "dynamodb"),
    body=payload,
)
case(
    "aws/aws-sdk-js/issues/2565",
    "clock-skew",
    f"`InvalidSignatureException: Signature not yet current: {STAMP} is still later than 20260302T073006Z (20260302T071506Z + 15 min.)`",
    "POST",
    dynamo,
    headers=sign("POST", dynamo, "us-east-1", "dynamodb", target("PutItem"), payload),
    at="20260302T071506Z",
)
lilybin = "https://lambda.us-west-2.amazonaws.com/2015-03-31/functions/lilypond/invocations"
case(
    "LilyBin/LilyBin/issues/72",
    "clock-skew",
    f"Signature expired: {STAMP} is now earlier than 20260302T100002Z (20260302T100502Z - 5 min.)",
    "POST",
    lilybin,
    headers=sign("POST", lilybin, "us-west-2", "lambda", body=b"{}"),
    at="20260302T100502Z",
)
case(
    "aws/aws-sdk-go/issues/2194",
    "clock-skew",
    f"panic: InvalidSignatureException: Signature not  yet current: {STAMP} is still later than 20260302T095803Z (20260302T095303Z + 5 min.)\n    status code: 400, request id: faa14f90-2b72-fdb9-ae8c-ea742d02f4fc`",
    "POST",
    "https://kinesis.us-west-2.amazonaws.com/",
    headers=sign("POST", "https://kinesis.us-west-2.amazonaws.com/", "us-west-2", "kinesis", {"X-Amz-Target": "Kinesis_20131202.GetRecords", "Content-Type": "application/x-amz-json-1.1"}, b"{}"),
    at="20260302T095303Z",
)

# IoT over a websocket wants the session token outside of the signature.
iot = "https://a1b2c3d4e5f6g7-ats.iot.us-west-2.amazonaws.com/mqtt"
link = presign("GET", iot, "us-west-2", "iotdevicegateway", TEMPORARY, TOKEN, 3600)
case("aws/aws-sdk-go/issues/2485", "token-added", "I always get bad status connection when I try to connect to the pre-signed URL.", url=link.replace("https:", "wss:"))
link = presign("GET", iot.replace("us-west-2", "eu-west-1"), "eu-west-1", "iotdevicegateway", TEMPORARY, TOKEN, 3600)
case("aws-amplify/amplify-flutter/issues/6079", "token-added", "WebSocketException: Connection to '" + link.replace("https:", "wss:") + "' was not upgraded to websocket, HTTP status code: 403", url=link.replace("https:", "wss:"))

# A second collection: web pages.

# The number 201 in the policy: "value must be a string".
case(
    "https://www.bennadel.com/blog/2503-amazon-s3-form-post-invalid-policy-invalid-simple-condition-value-must-be-a-string.htm",
    "policy",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n\t<Code>InvalidPolicyDocument</Code>\n\t<Message>Invalid Policy: Invalid '
    "Simple-Condition: value must be a string.</Message>\n\t<RequestId>590A7E6E7931A592</RequestId>\n\t<HostId>4zvHpz/FB/rM4FREM9LB3Y"
    "hJpfAQ05miS08t8ok6iZQTf2qfCeEXXh7jpvm9HJYm</HostId>\n</Error>",
    "POST",
    "http://examplebucket.s3.amazonaws.com/",
)

# Kinesis from T-SQL: CHAR(13) between the lines, the host in place of the path, UTF-16 hashed.
body = '{"StreamName":"my-stream","Data":"eyJpZCI6MX0=","PartitionKey":"1"}'
digest = sha256(body.encode("utf-16-le"))
names = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target"
fields = [
    ("content-type", "application/x-amz-json-1.1"),
    ("host", "kinesis.eu-west-2.amazonaws.com"),
    ("x-amz-content-sha256", digest),
    ("x-amz-date", STAMP),
    ("x-amz-target", "Kinesis_20131202.PutRecord"),
]
own = "\r".join(["POST", "kinesis.eu-west-2.amazonaws.com", "", *(f"{n}:{v}" for n, v in fields), "", names, digest])
sts = "\r".join(["AWS4-HMAC-SHA256", STAMP, f"{DAY}/eu-west-2/kinesis/aws4_request", sha256(own)])
case(
    "https://whosebug.com/question/6328044/InvalidSignatureException-Sending-POST-request-to-AWS-Kinesis-from-SQL",
    "payload-changed",
    '{\n    "__type": "InvalidSignatureException",\n    "message": "' + LONG + '"\n}',
    "POST",
    "https://kinesis.eu-west-2.amazonaws.com/",
    note="canonical request with CR line ends and the host as its path",
    headers=[*map(list, fields), authorization(names, signature(sts=sts, region="eu-west-2", service="kinesis"), "eu-west-2", "kinesis")],
    body=body,
    **KNOWN,
)

# API Gateway, a bearer token on a path without a resource.
case(
    "http://www.kouhan.cn/en/article/00039538",
    "malformed",
    "{message:'eyJraWQiOiJhYmMifQ.eyJzdWIiOiIxIn0.c2ln' not a valid key=value pair (missing equal-sign) in Authorization header: "
    "'Bearer eyJraWQiOiJhYmMifQ.eyJzdWIiOiIxIn0.c2ln'.}",
    "POST",
    "https://abcdef1234.execute-api.us-east-1.amazonaws.com/dev/upload",
    note="no such route in API Gateway",
    headers=[["Authorization", "Bearer eyJraWQiOiJhYmMifQ.eyJzdWIiOiIxIn0.c2ln"], ["Content-type", "application/json"]],
)

# AWS_IAM, opened unsigned.
case(
    "https://cplus-django.wekeepcoding.com/article/21577994/Missing+Authentication+Token+while+accessing+API+Gateway",
    "no-authentication",
    '{ message: "Missing Authentication Token"}',
    "GET",
    "https://abcdef1234.execute-api.us-east-1.amazonaws.com/prod/",
    note="no such route in API Gateway",
)

# IoT over WebSocket: a long-term key, and the session token of the Lambda function.
case(
    "https://openillumi.com/?p=110621",
    "token-changed",
    "WebSocket connection to 'wss://a1b2c3d4e5f6g7-ats.iot.ap-northeast-1.amazonaws.com/mqtt?X-Amz-Algorithm=...' failed: Error during "
    "WebSocket handshake: Unexpected response code: 403",
    "GET",
    presign("GET", "wss://a1b2c3d4e5f6g7-ats.iot.ap-northeast-1.amazonaws.com/mqtt", "ap-northeast-1", "iotdevicegateway", token=OTHER_TOKEN, expires=86400),
)

# boto3 with ContentType; the page sends none, or another one.
case(
    "https://openillumi.com/?p=116922",
    ["header-not-sent", "header-changed"],
    "403 (Forbidden)",
    "PUT",
    presign("PUT", "https://examplebucket.s3.amazonaws.com/4f1c2a9e.png", "us-east-1", headers={"Content-Type": "image/png"}),
    headers=[["Content-Type", "image/png"]],
)

# The file in FormData.
case(
    "https://openillumi.com/?p=70889",
    "header-changed",
    xml("SignatureDoesNotMatch", SENTENCE),
    "PUT",
    presign("PUT", f"{HOST}/uploads/photo.jpg", headers={"Content-Type": "image/jpeg"}),
    sent_headers=[["Content-Type", "multipart/form-data; boundary=----WebKitFormBoundaryW0DET1iaBMeAOBg3"]],
)

# aws-sdk-go-v2 1.24.1 signs amz-sdk-request into the URL.
case(
    "https://blog.gitcode.com/d386455d5d35b35a37b917f0d3c38dee.html",
    "header-not-sent",
    f"<Error>\n<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n</Error>",
    "GET",
    presign("GET", f"{HOST}/reports/2024.pdf?x-id=GetObject", headers={"amz-sdk-request": "attempt=1; max=3"}, expires=900),
)

# Java: the hex of the signing key is sent as the signature. Range is signed as in the
# documentation, and not sent.
case(
    "https://stackguides.com/questions/35985931/how-to-generate-signature-in-aws-from-java",
    "header-not-sent",
    '{\n"message": "' + LONG + " The Canonical String for this request should have been 'xxx' \"\n}",
    "GET",
    "https://abcdef1234.execute-api.ap-southeast-1.amazonaws.com/latest/api/name",
    note="the signing key sent as the signature",
    headers=[
        authorization("host;range;x-amz-date", signing_key("ap-southeast-1", "execute-api").hex(), "ap-southeast-1", "execute-api"),
        ["X-Amz-Date", STAMP],
    ],
    **KNOWN,
)

# AFAmazonS3Manager: SigV2 to eu-central-1.
headers = [
    ["User-Agent", "MyCocoaApp/1.0 (Mac OS X Version 10.8.5 (Build 12F45))"],
    ["Content-Type", "multipart/form-data; boundary=Boundary+0C9D56BF907B51EC"],
    ["x-amz-security-token", OTHER_TOKEN],
    ["Date", HTTP_DATE],
]
sts = f"POST\n\n{headers[1][1]}\n{HTTP_DATE}\nx-amz-security-token:{OTHER_TOKEN}\n/a/b/c/d/My+File.json"
text = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
case(
    "https://devtype.blogspot.com/2015/02/The-authorization-mechanism-you-have-provided-is-not-supported-Please-use-AWS4-HMAC-SHA256.html",
    "sigv2-not-taken",
    "HTTP/1.1 400 Bad Request\nx-amz-request-id: 4RTEHTT2H8YZ1AY1\nContent-Type: application/xml\nTransfer-Encoding: chunked\n"
    "Connection: close\nServer: AmazonS3\n\n" + xml("InvalidRequest", text),
    "POST",
    "https://s3.eu-central-1.amazonaws.com/a/b/c/d/My+File.json",
    headers=[*headers, ["Authorization", f"AWS {TEMPORARY}:{signature_v2(sts)}"]],
)

# A presigned URL with the header of the application's login.
url = presign("PUT", f"{HOST}/uploads/a.png")
text = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
    "Authorization header should be specified"
)
case(
    "https://www.codegenes.net/blog/only-one-auth-mechanism-allowed-only-the-x-amz-algorithm-query-parameter",
    "signed-twice",
    xml("InvalidArgument", text, "<ArgumentName>Authorization</ArgumentName><ArgumentValue>Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln</ArgumentValue>"),
    "PUT",
    url,
)

# The role's credentials expire before the URL.
case(
    "https://advancedweb.hu/shorts/what-is-the-expiredtoken-error-with-s3-signed-urls-and-how-to-avoid-it",
    "credentials-expired",
    "<Error>\n<Code>ExpiredToken</Code>\n<Message>The provided token has expired.</Message>\n<Token-0>IQoJb3JpZ2luX2VjEJf...</Token-0>",
    "GET",
    presign("GET", "https://terraform-20230808.s3.eu-central-1.amazonaws.com/file1?x-id=GetObject", "eu-central-1", key=TEMPORARY, token=OTHER_TOKEN, expires=43200),
    at="20260302T193000Z",
)

# boto3 signs for the global host; S3 redirects to that of the region.
case(
    "https://a-slice-of-py.github.io/data-scientist-hub/2021/12/21/aws-s3-presigned-urls",
    ["host-rewritten", "addressing-style"],
    "This XML file does not appear to have any style information associated with it. The document tree is shown below.\n<Error>\n"
    f"<Code>SignatureDoesNotMatch</Code>\n<Message>{SENTENCE}</Message>\n",
    "GET",
    presign("GET", "https://examplebucket.s3.amazonaws.com/models/model.pkl", "eu-south-1"),
)

# SigV2 by hand in Apex and JavaScript: x-amz-meta-purpose isn't in the string to sign.
path = "/examplebucket/00Q5f000001abcD/contract.pdf"
sts = f"PUT\n\napplication/pdf\n{HTTP_DATE}\n{path}"
signed = [["Content-Type", "application/pdf"], ["Date", HTTP_DATE], ["Authorization", f"AWS {ID}:{signature_v2(sts)}"]]
case(
    "https://thinbug.com/q/38110748",
    "header-not-signed",
    f"<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>",
    "PUT",
    "https://s3.amazonaws.com" + path,
    headers=signed,
    sent_headers=[*signed, ["x-amz-meta-purpose", "purpose"]],
)

# x-amz-acl on a bucket without ACLs.
url = "https://s3.us-east-1.amazonaws.com/majortoot/accounts/avatars/000/000/001/original/a1b2c3.png"
case(
    "https://git.majorshouse.com/majorlinux/majorwiki/raw/branch/main/02-selfhosting/services/mastodon-s3-acl-upload-failures.md",
    [],
    "Aws::S3::Errors::AccessControlListNotSupported: The bucket does not allow ACLs",
    "PUT",
    url,
    note="the bucket does not allow ACLs",
    headers=sign("PUT", url, "us-east-1", headers={"x-amz-acl": "public-read", "Content-Type": "image/png"}, body=b"png"),
)

# Terraform's backend with a rotated key.
body = "Action=GetCallerIdentity&Version=2011-06-15"
url = "https://sts.amazonaws.com/"
case(
    "https://wahlnetwork.com/2020/05/19/terraform-backend-reconfigure-with-rotated-aws-access-keys/",
    "wrong-access-key",
    "Error: error using credentials to get account ID: error calling sts:GetCallerIdentity: InvalidClientTokenId: The security token "
    "included in the request is invalid.\n        status code: 403, request id: 1234567890",
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "sts", {"Content-Length": "43", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body.encode()),
    body=body,
)

# A virtual machine with a slow clock.
case(
    "https://newbetuts.com/835069-why-is-terraform-erring-with-signaturedoesnotmatch-signature-expired",
    "clock-skew",
    "$ terraform refresh\nError refreshing state: 1 error(s) occurred:\n* SignatureDoesNotMatch: Signature expired: 20260301T035111Z is "
    "now earlier than 20260302T013047Z (20260302T014547Z - 15 min.)\nstatus code: 403, request id: 7626f995-fc8e-11e6-9b73-7990b2a1af41",
    "POST",
    "https://sts.amazonaws.com/",
    at="20260302T014600Z",
)

# @smithy/signature-v4 with the query in `path`.
host = "abcdef1234.execute-api.eu-west-1.amazonaws.com"
fields = [("host", host), ("x-amz-content-sha256", EMPTY), ("x-amz-date", STAMP)]
own = canonical("GET", f"https://{host}/test/my-path%3Ffoo%3Dbar", fields, EMPTY)
case(
    "https://blog.gitcode.com/a4c8a9e34126b2b2d5e8b582d85cab85.html",
    [],
    '{"message":"' + LONG + '"}',
    "GET",
    f"https://{host}/test/my-path?foo=bar",
    note="the query signed as part of the path",
    headers=sign_text(map(list, fields), own, service="execute-api"),
    **KNOWN,
)

# SSE-KMS, and a signer without kms:Decrypt.
case(
    "https://dev.to/aws-builders/s3-presigned-urls-sse-kms-common-pitfalls-and-how-to-avoid-them-46o7",
    "permission",
    xml("AccessDenied", "Access Denied"),
    "GET",
    presign("GET", "https://your-bucket.s3.ap-northeast-1.amazonaws.com/your-file.pdf", "ap-northeast-1"),
)

# The second collection: issues.

# Active Storage: the checksum of another content.
md5 = "HWkFPEByP/zWdy1nDW6FHg=="
fields = {"Content-Length": "38908", "Content-MD5": md5, "Content-Type": "image/jpeg"}
case(
    "rails/rails/issues/33321",
    "payload-changed",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>BadDigest</Code><Message>The Content-MD5 you specified did not match what we '
    f"received.</Message><ExpectedDigest>{base64.b64decode(md5).hex()}</ExpectedDigest><CalculatedDigest>iSb43Wodm0WQp/hAZpKKOg==</Calculat"
    "edDigest><RequestId>9018707DCFFCA829</RequestId><HostId>Nop+tXGRYKJlhIy7LU+d4nYtba9i1n3BYnNM+Il60WlH0ZhR53SyHCS2Nox+KVgie9XTIl"
    "TOGTg=</HostId></Error>",
    "PUT",
    presign("PUT", "https://examplebucket.s3.amazonaws.com/9GRt2oNEvae3MV6gNxzLBfzY", "us-east-1", headers=fields, expires=300),
    headers=[["Content-Type", "image/jpeg"], ["Content-MD5", md5]],
)

# dragonfly: `Content-type` isn't the `Content-Type` that fog signs.
amz = "x-amz-acl:public-read-write\nx-amz-meta-extra:BAh7AA\n/optum-lookbook/zz00.pdf"
auth = f"AWS {ID}:" + signature_v2(f"PUT\n\n\n{HTTP_DATE}\n{amz}")
seen = f"PUT\n\napplication/pdf\n{HTTP_DATE}\n{amz}"
answer = (
    f'<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>'
    f"<StringToSignBytes>{seen.encode().hex(' ')}</StringToSignBytes><RequestId>D5F2662865713BDC</RequestId><HostId>BisYpzkFJq</HostId>"
    f"<SignatureProvided>{auth.split(':')[1]}</SignatureProvided><StringToSign>" + seen.replace("\n", "\\n") + f"</StringToSign><AWSAccessKeyId>{ID}</AWSAccessKeyId></Error>"
)
case(
    "markevans/dragonfly/issues/143",
    "header-not-signed",
    "Excon::Errors::Forbidden: Expected(200) <=> Actual(403 Forbidden)\n  request => {:connect_timeout=>60, :headers=>{\"Content-Length\"=>12, "
    '"x-amz-meta-extra"=>"BAh7AA", "x-amz-acl"=>"public-read-write", "Content-type"=>"application/pdf", "Date"=>"' + HTTP_DATE + '", '
    f'"Authorization"=>"{auth}", "Host"=>"optum-lookbook.s3.amazonaws.com:443"}}, :host=>"optum-lookbook.s3.amazonaws.com", :mock=>nil, '
    ':path=>"/zz00.pdf", :port=>"443", :query=>nil, :scheme=>"https", :body=>"some content", :expects=>200, :idempotent=>true, :method=>"PUT"}\n'
    f'  response => #<Excon::Response:0x103a5c8 @body="{answer}", @headers={{"Content-Type"=>"application/xml", "Server"=>"AmazonS3"}}, @status=403>',
    "PUT",
    "https://optum-lookbook.s3.amazonaws.com/zz00.pdf",
    headers=[
        ["Content-Length", "12"],
        ["x-amz-meta-extra", "BAh7AA"],
        ["x-amz-acl", "public-read-write"],
        ["Content-type", "application/pdf"],
        ["Date", HTTP_DATE],
        ["Authorization", auth],
    ],
)

# carrierwave_direct: the form of SigV2 with a signature of SigV4.
case(
    "dwilkie/carrierwave_direct/issues/218",
    [],
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message><AWSAccessKeyId>{ID}'
    "</AWSAccessKeyId><StringToSign>...</StringToSignBytes><RequestId>89A2E7E7BD6135A9</RequestId><HostId>ClcOGqdr9Xx+r7lgzlmmCYsFKiMVu0"
    "G/kJhFan2+c4va+1zbx27EcGsbEztPg6qrO2EWBzYDJHQ=</HostId></Error>",
    "POST",
    "https://examplebucket.s3.amazonaws.com/",
    note="a SigV4 signature in the fields of a SigV2 form",
)

# paperclip-aws: a line break at the end of the content type, which is lost in the header.
amz = "x-amz-acl:public-read\n/mybucket/path/to/image.jpg"
case(
    "igor-alexandrov/paperclip-aws/pull/10",
    "header-changed",
    'put_object(:acl=>"public-read",:bucket_name=>"mybucket",\n:content_disposition=>nil,\n:content_type=>"image/jpeg\\n",\n'
    ':file=>"/tmp/stream2012-12012-0",:key=>"path/to/image.jpg",\n:server_side_encryption=>false,\n:storage_class=>:standard) \n'
    f"AWS::S3::Errors::SignatureDoesNotMatch: {SENTENCE}",
    "PUT",
    "https://mybucket.s3.amazonaws.com/path/to/image.jpg",
    headers=[
        ["Content-Type", "image/jpeg\n"],
        ["x-amz-acl", "public-read"],
        ["Date", HTTP_DATE],
        ["Authorization", f"AWS {ID}:" + signature_v2(f"PUT\n\nimage/jpeg\n\n{HTTP_DATE}\n{amz}")],
    ],
)

# jQuery adds its own content type.
provided = signature_v2(f"PUT\n\n\n{END}\n/dev-playab-net/tmp/file")
url = f"https://dev-playab-net.s3.amazonaws.com/tmp/file?AWSAccessKeyId={ID}&Expires={END}&Signature={quote(provided, safe='')}"
seen = f"PUT\n\napplication/x-www-form-urlencoded; charset=UTF-8\n{END}\n/dev-playab-net/tmp/file"
rest = (
    f"<StringToSignBytes>{seen.encode().hex(' ')}</StringToSignBytes><RequestId>D5F2662865713BDC</RequestId><HostId>BisYpzkFJqTt3Aw5Lb9Pt"
    f"SGxim8A1nu7</HostId><SignatureProvided>{provided}</SignatureProvided><StringToSign>{seen}</StringToSign><AWSAccessKeyId>{ID}</AWSAccessKeyId></Error>"
)
case(
    "aws/aws-sdk-ruby/pull/207",
    "header-not-signed",
    f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>{rest}',
    "PUT",
    url,
)

# Prometheus without its key.
case(
    "prometheus-community/helm-charts/issues/2402",
    "no-authentication",
    '{"caller":"dedupe.go:112","component":"remote","count":577,"err":"server returned HTTP status 403 Forbidden: {\\"message\\":\\"Missing '
    'Authentication Token\\"}","exemplarCount":0,"level":"error","msg":"non-recoverable error","remote_name":"097d67","ts":"2022-08-26T19:07:12.667Z",'
    '"url":"https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-0a1b2c3d/api/v1/remote_write"}',
    "POST",
    "https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-0a1b2c3d/api/v1/remote_write",
)

# Amplify for Flutter signs the `:` of the model as it is; Bedrock has %3A.
host = "bedrock-runtime.us-east-1.amazonaws.com"
body = '{"prompt":"Human: hi\\n\\nAssistant: ","max_tokens_to_sample":3000,"temperature":0.5}'
digest = sha256(body)
path = "/model/anthropic.claude-3-sonnet-20240229-v1:0/invoke"
fields = [("accept", "application/json"), ("content-type", "application/json"), ("host", host), ("x-amz-content-sha256", digest), ("x-amz-date", STAMP)]
own = canonical("POST", f"https://{host}{path}", fields, digest)
case(
    "aws-amplify/amplify-flutter/issues/5236",
    "path-not-encoded",
    f'"message":"{LONG}"',
    "POST",
    f"https://{host}{path}",
    headers=sign_text(map(list, fields), own, "us-east-1", "bedrock"),
    body=body,
    **KNOWN,
)

# CreateSession with the token header of S3 Express.
host = "examplebucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com"
fields = [("host", host), ("x-amz-content-sha256", EMPTY), ("x-amz-create-session-mode", "ReadWrite"), ("x-amz-date", STAMP), ("x-amz-s3session-token", OTHER_TOKEN)]
own = canonical("GET", f"https://{host}/?session", fields, EMPTY)
case(
    "smithy-lang/smithy-rs/pull/3474",
    [],
    '4: Error { code: "InvalidRequest", message: "CreateSession request should not include \\"x-amz-s3session-token\\"", aws_request_id: '
    '"01c0c8864e00018e20558a130509f37740b906e4", s3_extended_request_id: "DGTJhRqVMbZdAHQ" }',
    "GET",
    f"https://{host}/?session",
    note="the S3 Express token header on CreateSession",
    headers=sign_text(map(list, fields), own, "us-west-2", "s3express", TEMPORARY),
)

# Neptune: the action `connect` of the policy was withdrawn.
url = "https://db.cluster-abc123.eu-west-1.neptune.amazonaws.com:8182/gremlin"
case(
    "aws/amazon-neptune-sigv4-signer/issues/22",
    "permission",
    "io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException: Invalid handshake response getStatus: 403 Forbidden",
    "GET",
    url,
    headers=sign("GET", url, "eu-west-1", "neptune-db", {"Host": "db.cluster-abc123.eu-west-1.neptune.amazonaws.com:8182"}),
)

# Tempo adds X-Scope-OrgID, which Managed Prometheus sets itself.
case(
    "grafana/tempo/issues/2973",
    ["header-changed", "header-not-sent"],
    "ts=2023-09-30T11:50:02.769098012Z caller=dedupe.go:112 tenant=Amway component=remote level=error remote_name=e3f5ba url=https://"
    'aps-workspaces.ap-southeast-1.amazonaws.com/workspaces/xxx/api/v1/remote_write msg="non-recoverable error" count=500 exemplarCount=0 '
    'err="server returned HTTP status 403 Forbidden: {\\"message\\":\\"' + LONG + "\\\\n\\\\nThe Canonical String for this request should have been"
    "\\\\n'POST\\\\n/workspaces/x/api/v1/remote_write\\\\n\\\\ncontent-encoding:snappy\\\\ncontent-type:application/x-protobuf\\\\nhost:"
    f"aps-workspaces.ap-southeast-1.amazonaws.com\\\\nx-amz-date:{STAMP}\\\\nx-amz-security-token:xxx//////////xxx//////////xxx/xxx\\\"",
    "POST",
    "https://aps-workspaces.ap-southeast-1.amazonaws.com/workspaces/xxx/api/v1/remote_write",
    headers=[["X-Scope-OrgID", "Amway"]],
)

# VPC Lattice without x-amz-content-sha256.
url = "https://svc-0a1b2c3d.7d67968.vpc-lattice-svcs.us-west-2.on.aws/"
case(
    "awslabs/aws-sigv4-proxy/issues/116",
    ["malformed", "payload-unsigned"],
    "IncompleteSignatureException: Missing the 'x-amz-content-sha256' in canonical headers.",
    "GET",
    url,
    headers=sign("GET", url, "us-west-2", "vpc-lattice-svcs"),
)

# OpenSearch Serverless: the VPC endpoint changes a signed header (x-forwarded-for).
host = "host-id.us-west-2.aoss.amazonaws.com"
fields = [
    ("accept", "*/*"),
    ("accountid", "123456789012"),
    ("host", host),
    ("user-agent", "curl/8.4.0"),
    ("x-amz-date", STAMP),
    ("x-amz-security-token", OTHER_TOKEN),
    ("x-forwarded-for", "203.0.113.84"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-proto", "https"),
]
own = canonical("GET", f"https://{host}/_cat/indices", fields, EMPTY)
case(
    "FantasticFiasco/aws-signature-version-4/issues/1067",
    "header-changed",
    "made by arn:aws:sts::123456789012:assumed-role/InsightsStack-EtlStorageOpenSearchServerlessApiProx-UMqk35Yx0VO4 failed with StatusCode: 403, "
    "ReasonPhrase: 'Forbidden', Version: 1.1, Content: System.Net.Http.HttpConnectionResponseContent",
    "GET",
    f"https://{host}/_cat/indices",
    headers=sign_text(map(list, fields), own, "us-west-2", "aoss", TEMPORARY),
)

# Grafana sends alerts unsigned.
url = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-WORKSPACE-ID/alertmanager/api/v2/alerts"
case(
    "grafana/grafana/issues/64064",
    "no-authentication",
    f'logger=ngalert.sender.external-alertmanager t=2023-03-02T18:38:03.676168206Z level=error alertmanager={url} count=9 msg="Error sending '
    'alert" err="bad response status 403 Forbidden"',
    "POST",
    url,
)

# AppSync with AWS_IAM, called with the token of a user pool.
jwt = "eyJraWQiOiJhYmMiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl"
case(
    "aws-amplify/amplify-js/issues/2035",
    "malformed",
    '{\n  "errors" : [ {\n    "errorType" : "IncompleteSignatureException",\n    "message" : "Authorization header requires \'Credential\' parameter. '
    "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
    f"existence of either a 'X-Amz-Date' or a 'Date' header. Authorization={jwt}\"\n  }} ]\n}}",
    "POST",
    "https://abcdefghij.appsync-api.eu-central-1.amazonaws.com/graphql",
    headers=[["Authorization", jwt]],
)

# A CloudFront signature on the address of the bucket.
value = ("Ck1FkUq8M3~w2nN0" * 22)[:342] + "__"
case(
    "dreamonkey/laravel-cloudfront-url-signer/issues/5",
    "other-scheme",
    "*Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters*",
    "GET",
    f"https://examplebucket.s3.eu-west-2.amazonaws.com/files/a.pdf?Expires={END}&Signature={value}&Key-Pair-Id=APKAIOSFODNN7EXAMPLE",
)

# A connection string in which `/` and `+` of the secret are decoded. The report has neither
# headers nor secret.
url = "https://examplebucket.s3.eu-west-1.amazonaws.com/?list-type=2&prefix="
case(
    "aloneguid/storage/issues/153",
    "wrong-secret",
    "AWS S3 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method",
    "GET",
    url,
)

# The secret lost its first character, a slash.
url = "https://sqs.us-east-1.amazonaws.com/?Action=ListQueues&Version=2012-11-05"
case(
    "mhart/aws4/issues/22",
    "wrong-secret",
    f'<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>'
    f"<Message>{LONG}</Message><Detail/></Error><RequestId>cdbb3a1c-7a4f-5d6c-9a6e-6a7f0c0a2b11</RequestId></ErrorResponse>",
    "GET",
    url,
    headers=sign("GET", url, "us-east-1", "sqs", secret="zsAn5edKuCsCEwhTyASPuk8RoT5DMukpbcvBB+Z"),
    secret="/zsAn5edKuCsCEwhTyASPuk8RoT5DMukpbcvBB+Z",
)

# n8n signs `=` and `:` as they are, and sends them encoded.
base = "https://examplebucket.s3.us-east-1.amazonaws.com"
key = "/workflow=my_workflow_id/schedule=adhoc/2026-03-02T09:30:45.513Z-my_workflow_id.csv"
case(
    "n8n-io/n8n/issues/34829",
    "path-not-encoded",
    f"403 - <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>",
    "GET",
    base + key,
    sent_url=base + key.replace("=", "%3D").replace(":", "%3A"),
)

# LiteLLM signs a path for S3 with the encoder of other services.
url = "https://litellm-logs.s3.us-east-1.amazonaws.com/My%20Team/2026-03-02/time-10-00-00_chatcmpl-1.json"
fields = {"Content-Type": "application/json", "Content-Language": "en", "Content-Disposition": 'inline; filename="time-10-00-00_chatcmpl-1.json"', "Cache-Control": "private, immutable, max-age=31536000, s-maxage=0"}
body = '{"id":"chatcmpl-1"}'
fields["x-amz-content-sha256"] = sha256(body)
case(
    "BerriAI/litellm/pull/34491",
    "path-encoded-twice",
    f"Error uploading to s3: Client error '403 Forbidden' for url '{url}'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/"
    f"Status/403\n<Error><Code>SignatureDoesNotMatch</Code><Message>{SENTENCE}</Message>",
    "PUT",
    url,
    headers=sign("PUT", url, "us-east-1", headers=fields, body=body, signer=SigV4Auth),
    body=body,
    **KNOWN,
)

# Reports of a third collection.

SHORT = LONG.partition(".")[0]
BARE = json.dumps({"message": LONG})
sec = ["x-amz-security-token", TOKEN]
temp = dict(key=TEMPORARY)


def host(url):
    return ["host", urlsplit(url).netloc]


def low(pairs):
    """Pairs for canonical()."""
    return [(name.lower(), value) for name, value in pairs if name.lower() != "host"]


# 1. Path style is sent, but the canonical URI is that of the virtual host.
url = "https://s3.amazonaws.com/miniocloud/?delimiter=/"
sent = [hash_header, stamp]
own = canonical("GET", url, low(sent), EMPTY, "/", "delimiter=%2F")
seen = canonical("GET", url, low(sent), EMPTY, "/miniocloud/", "delimiter=%2F")
assert sha256(own) != sha256(seen)
data = mismatch(seen, region="us-east-1", with_bytes=True)
case(
    "s3tools/s3cmd/issues/675",
    ["addressing-style", "path-prefix"],
    "DEBUG: Response: " + repr({"status": 403, "headers": {"x-amz-id-2": IDS[1], "server": "AmazonS3", "transfer-encoding": "chunked", "x-amz-request-id": IDS[0], "date": HTTP_DATE, "content-type": "application/xml"}, "reason": "Forbidden", "data": data})
    + "\nDEBUG: S3Error: 403 (Forbidden)\nERROR: S3 error: 403 (SignatureDoesNotMatch): " + SENTENCE,
    url=url,
    headers=sign_text(sent, own, "us-east-1", comma=","),
    evidence="text",
)

# 2. The query is a part of the path that is given to the signer.
url = "https://nk9p23ranf.execute-api.us-east-1.amazonaws.com/dev/dataSourcesSummary?awsAccountId=353115813707"
sent = [host(url), hash_header, stamp, sec]
own = canonical("GET", url, low(sent), EMPTY, "/dev/dataSourcesSummary%3FawsAccountId%3D353115813707", "")
seen = canonical("GET", url, low(sent), EMPTY)
case(
    "aws-samples/sigv4-signing-examples/pull/14",
    [],
    'node main.js\nresponse Status: 403\nresponse Body: {"message":"' + api(seen, "execute-api", "us-east-1") + '"}',
    url=url,
    headers=sign_text(sent, own, "us-east-1", "execute-api", TEMPORARY),
    note="the query was signed as a part of the path",
    evidence="text",
)

# 3. The path is encoded once more by the server (services other than S3).
url = "https://yyyyyyy.execute-api.eu-central-1.amazonaws.com/path/%C3%A4"
sent = [["accept", "application/json"], ["content-type", "application/json"], host(url), stamp]
own = canonical("GET", url, low(sent), EMPTY, "/path/%C3%A4")
seen = canonical("GET", url, low(sent), EMPTY, "/path/%25C3%25A4")
case(
    "furaiev/amazon-cognito-identity-dart-2/issues/5",
    "path-encoded-twice",
    "{message: " + LONG + "\n\n### The Canonical String for this request should have been\n'" + seen.rpartition("\n\n")[0] + "\n}",
    url=url,
    headers=sign_text(sent, own, "eu-central-1", "execute-api"),
    evidence="text",
)

# 4. The query is not signed.
url = "https://lh8lc2uvxf.execute-api.eu-central-1.amazonaws.com/dev/auth/checkUserExistence?phone_number=%252B905432580520"
sent = [host(url), stamp, sec]
own = canonical("GET", url, low(sent), EMPTY, query="")
seen = canonical("GET", url, low(sent), EMPTY)
assert "phone_number=%252B905432580520\n" in seen
case(
    "aws-amplify/amplify-android/issues/650",
    "parameter-added",
    "\n".join("    " + line if number else line for number, line in enumerate(api(seen, "execute-api", "eu-central-1").rstrip().split("\n"))),
    url=url,
    headers=sign_text(sent, own, "eu-central-1", "execute-api", TEMPORARY),
    evidence="text",
)

# 5. An asterisk in the path.
url = "https://id.execute-api.eu-west-1.amazonaws.com/stage/method/*/*"
sent = [["accept", "application/json"], host(url), stamp]
own = canonical("GET", url, low(sent), EMPTY, "/stage/method/*/*")
case("kndt84/aws-api-gateway-client/issues/43", "path-not-encoded", '"message":"' + LONG + '"', url=url, headers=sign_text(sent, own, service="execute-api"), evidence="none")

# 6. A colon in the path.
url = "https://alpha.execute-api.eu-central-1.amazonaws.com/dev/users/eu-central-1:12354-12351-124512-124124/permissions"
sent = [host(url), stamp, sec]
own = canonical("GET", url, low(sent), EMPTY)
case("aws-amplify/amplify-js/issues/361", ["path-not-encoded", "path-encoded-twice"], f"`{LONG}`", url=url, headers=sign_text(sent, own, "eu-central-1", "execute-api", TEMPORARY), evidence="none")

# 7. OpenSearch Serverless needs x-amz-content-sha256.
url = "https://abc123xyz.us-east-1.aoss.amazonaws.com/index-name"
text = '{"settings":{"index.knn":true}}'
case(
    "usebruno/bruno/issues/8149",
    "malformed",
    'HTTP/1.1 403 Forbidden\nx-aoss-response-hint: X01:gw-helper-deny\n\n{\n  "status": 403,\n  "request-id": "655a6c2f-e9ca-92a6-bf49-fb6b4ad0c2b8",\n  "error": {\n    "reason": "403 Forbidden",\n    "type": "Forbidden"\n  }\n}',
    "PUT",
    url,
    headers=sign("PUT", url, "us-east-1", "aoss", {"content-type": "application/json"}, text.encode()),
    body=text,
    evidence="none",
)
url = "https://abc123xyz.us-east-1.aoss.amazonaws.com/products"
case(
    "aws/aws-sdk-php/issues/3145",
    "malformed",
    f"Client error: `HEAD {url}` resulted in a `403 Forbidden` response",
    "HEAD",
    url,
    headers=sign("HEAD", url, "us-east-1", "aoss"),
    evidence="none",
)

# 9. Bedrock: the path is encoded only once, and host is signed twice.
url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"
text = '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'
sent = [["content-type", "application/json"], host(url), stamp, sec]
own = canonical("POST", url, [tuple(pair) for pair in [sent[0], sent[1], sent[1], stamp, sec]], sha256(text), ordered=True)
assert own.split("\n")[-2] == "content-type;host;host;x-amz-date;x-amz-security-token"
case(
    "tontinton/maki/pull/212",
    ["path-encoded-twice", "malformed"],
    f"403 {SHORT}",
    "POST",
    url,
    headers=sign_text(sent, own, "us-east-1", "bedrock", TEMPORARY),
    body=text,
    evidence="none",
)

# 10. Bedrock: encoded once too often.
url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-5-sonnet-20240620-v1%253A0/converse"
sent = [host(url), stamp]
own = canonical("POST", url, low(sent), sha256(text))
seen = canonical("POST", url, low(sent), sha256(text), urlsplit(url).path.replace("%", "%25"))
assert "%25253A0/converse" in seen and "v1%253A0/converse" in own
case(
    "higress-group/higress/issues/2396",
    "path-encoded-twice",
    f"{SHORT}.\n\nThe Canonical String for this request should have been\n" + "\n".join(line for line in seen.split("\n")[:5] if line) + "\n...\n\nThe String-to-Sign should have been\nAWS4-HMAC-SHA256\n...",
    "POST",
    url,
    headers=sign_text(sent, own, "us-east-1", "bedrock"),
    body=text,
    evidence="text",
)

# 11. Bedrock: the signer encodes twice a path that is sent with a raw colon.
url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v2:1/converse"
sent = [["accept", "application/json"], ["content-type", "application/json"], host(url), stamp]
own = canonical("POST", url, low(sent), sha256(text), "/model/anthropic.claude-v2%253A1/converse")
case("aws-amplify/amplify-flutter/issues/5541", "path-encoded-twice", f'"{LONG}"', "POST", url, headers=sign_text(sent, own, "us-east-1", "bedrock"), body=text, evidence="none")

# 12. SES: the SMTP password is no secret key.
url = "https://email.us-east-1.amazonaws.com/v2/email/outbound-emails"
text = '{"Content":{"Raw":{"Data":"Subject: Mautic test"}}}'
case(
    "pm-pmaas/etailors_amazon_ses/issues/28",
    "wrong-secret",
    f'[2026-03-02T10:00:01.033007+00:00] app.ERROR: AWS SES Error: Error executing "SendEmail" on "{url}"; AWS HTTP error: Client error: `POST {url}` resulted in a `403 Forbidden` response: '
    + '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access  (truncated...)  '
    + f'InvalidSignatureException (client): {LONG} - {BARE} [] {{"hostname":"server-hostname","pid":26169}}',
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "ses", {"Content-Type": "application/json"}, text.encode(), secret="BAsmtpPasswordOf44CharactersMadeForThisCase1"),
    evidence="none",
)

# 13. The role that signs may not write.
url = presign("PUT", "https://photos-bucket.s3.eu-west-1.amazonaws.com/uploads/photo.jpg", key=TEMPORARY, token=TOKEN, expires=300)
case(
    "serverlessfirst/sls-photos-upload-service/issues/3",
    "permission",
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n    <Code>AccessDenied</Code>\n    <Message>Access Denied</Message>\n    <RequestId>xxx</RequestId>\n    <HostId>xxx</HostId>\n</Error>',
    "PUT",
    url,
    evidence="none",
)

# 14. Cognito Sync: the signer leaves the colon.
url = "https://cognito-sync.us-east-1.amazonaws.com/identitypools/us-east-1:c361faa4-71ce-4db3-b5fa-fa3618f5bfd2/identities/us-east-1:75923a61-b0c4-4f2c-9d0a-3b5a4f0f7c11/datasets"
sent = [host(url), ["user-agent", "aws-sdk-cpp/0.9 Linux/3.19.0 x86_64"], hash_header, stamp, sec]
own = canonical("GET", url, low(sent), EMPTY)
seen = canonical("GET", url, low(sent), EMPTY, urlsplit(url).path.replace(":", "%3A"))
case(
    "aws/aws-sdk-cpp/issues/17",
    "path-not-encoded",
    json.dumps({"message": api(seen, "cognito-sync", "us-east-1")}, indent=0)
    + "\n\n[WARN] 2026-03-02 10:00:01 AWSErrorMarshaller [140647740295040] Encountered Unknown AWSError\nInvalidSignatureException:\n" + api(seen, "cognito-sync", "us-east-1"),
    url=url,
    headers=sign_text(sent, own, "us-east-1", "cognito-sync", TEMPORARY),
    evidence="text",
)

# 15. Dart's http appends a charset to the content type.
dynamo = "https://dynamodb.us-east-2.amazonaws.com/"
text = '{"TableName":"xxx","KeyConditionExpression":"(#0 = :0 AND begins_with (#1, :1))"}'
case(
    "jonsaw/amazon-cognito-identity-dart/issues/41",
    "header-changed",
    f'"{SHORT}"',
    "POST",
    dynamo,
    headers=sign("POST", dynamo, "us-east-2", "dynamodb", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Query"}, text.encode(), TOKEN, TEMPORARY),
    body=text,
    evidence="none",
)

# 16. A proxy drops a header that was signed.
dynamo = "https://dynamodb.us-east-1.amazonaws.com/"
text = '{"TableName": "things", "Key": {"id": {"S": "1"}}}'
case(
    "pynamodb/PynamoDB/issues/1241",
    "header-not-sent",
    f"pynamodb.exceptions.GetError: Failed to get item: An error occurred (InvalidSignatureException) on request (<...>) on table (...) when calling the GetItem operation: {LONG}",
    "POST",
    dynamo,
    headers=sign("POST", dynamo, "us-east-1", "dynamodb", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem", "envoy-target": "dynamodb"}, text.encode()),
    body=text,
    evidence="none",
)

# 17. Wrong service.
url = "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/my-endpoint/invocations"
case(
    "ex-aws/ex_aws/issues/594",
    "wrong-service",
    '{:error,\n {:http_error, 403,\n  %{\n    body: "{\\"message\\":\\"Credential should be scoped to correct service: \'sagemaker\'. \\"}",\n    status_code: 403\n  }}}',
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "runtime.sagemaker", {"content-type": "application/json"}, b"{}"),
    body="{}",
    evidence="words",
)
url = "https://api.sagemaker.eu-west-1.amazonaws.com/"
text = '{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: \'sagemaker\'. "}'
case(
    "JuliaCloud/AWS.jl/issues/334",
    "wrong-service",
    "ERROR: LoadError: AWSException: InvalidSignatureException -- Credential should be scoped to correct service: 'sagemaker'. \nHTTP.ExceptionRequest.StatusError(400, \"POST\", \"/\", HTTP.Messages.Response:\n\"\"\"\nHTTP/1.1 400 Bad Request\n"
    + f"x-amzn-RequestId: e2ae66ff-ffec-4d3e-b1cd-aaff8c526e8e\nContent-Type: application/x-amz-json-1.1\nContent-Length: 112\nDate: {HTTP_DATE}\nConnection: close\n\n{text}\"\"\")",
    "POST",
    url,
    headers=sign("POST", url, service="api.sagemaker", headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "SageMaker.DescribeTrainingJob"}, body=b"{}"),
    evidence="words",
)
url = "https://dynamodb.ap-southeast-2.amazonaws.com/"
case(
    "arnemolland/sigv4/issues/15",
    "wrong-service",
    '"com.amazon.coral.service#InvalidSignatureException","message":"Credential should be scoped to correct service: \'dynamodb\'. "',
    "POST",
    url,
    headers=sign("POST", url, "ap-southeast-2", "execute-api", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}"),
    body="{}",
    evidence="words",
    **KNOWN,
)
url = "https://iot.ap-southeast-1.amazonaws.com/things/receiver-test-test"
case(
    "ex-aws/ex_aws/issues/701",
    "wrong-service",
    "{:error,\n {:http_error, 403,\n  %{\n    body: \"{\\\"message\\\":\\\"Credential should be scoped to correct service: 'execute-api'. \\\"}\",\n    headers: [\n      {\"Date\", \"" + HTTP_DATE
    + "\"},\n      {\"Content-Type\", \"application/json\"},\n      {\"Content-Length\", \"77\"},\n      {\"Connection\", \"keep-alive\"},\n      {\"x-amzn-RequestId\", \"...\"},\n      {\"x-amzn-ErrorType\", \"InvalidSignatureException\"},\n      {\"x-amz-apigw-id\", \"...\"}\n    ],\n    status_code: 403\n  }}}",
    url=url,
    headers=sign("GET", url, "ap-southeast-1", "iot"),
    evidence="words",
)

# 21. X-Forwarded-For was signed, and a proxy appended to it.
url = "https://ec2.us-west-2.amazonaws.com/"
text = "Action=DescribeInstances&Version=2016-11-15"
case(
    "rancher/rancher/pull/17983",
    "header-changed",
    "AuthFailure: AWS was not able to validate the provided access credentials\n\tstatus code: 401, request id: 5a0b9a3c-2f0e-4f0d-9d1c-5c1d9c0d2c11",
    "POST",
    url,
    headers=sign("POST", url, "us-west-2", "ec2", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "X-Forwarded-For": "10.42.0.1"}, text.encode()),
    body=text,
    evidence="none",
)

# 22. A header with two values is signed as two lines.
url = f"{HOST}/folder/a.txt"
sent = [host(url), ["header1", "Cat"], ["header1", "Dog"], hash_header, stamp]
own = canonical("GET", url, low(sent), EMPTY).replace("header1;header1", "header1")
seen = canonical("GET", url, [("header1", "Cat,Dog"), *low([hash_header, stamp])], EMPTY)
assert "header1:Cat\nheader1:Dog\n" in own
case(
    "aws/aws-sdk-java-v2/pull/2502",
    "header-changed",
    mismatch(seen),
    url=url,
    headers=sign_text(sent, own),
    evidence="text",
)

# 23. The headers were signed in the wrong order.
dynamo = "https://dynamodb.us-east-1.amazonaws.com/"
text = '{"TableName":"things","Key":{"id":{"S":"1"}}}'
own = canonical("POST", dynamo, [tuple(stamp), tuple(host(dynamo))], sha256(text), ordered=True).replace("x-amz-date;host", "host;x-amz-date")
assert own.split("\n")[3].startswith("x-amz-date:") and own.split("\n")[-2] == "host;x-amz-date"
case(
    "adobe-apiplatform/api-gateway-aws/issues/30",
    [],
    '{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"' + LONG + '"}',
    "POST",
    dynamo,
    headers=sign_text([host(dynamo), stamp, ["content-type", "application/x-amz-json-1.0"], ["x-amz-target", "DynamoDB_20120810.GetItem"]], own, "us-east-1", "dynamodb"),
    body=text,
    note="the canonical headers were not sorted by the signer",
    evidence="none",
)

# 24. `SET … && …` of Windows leaves a space behind each value.
url = "https://lambda.us-west-1.amazonaws.com/2015-03-31/functions/"
signed = sign("GET", url, "us-west-1", "lambda", token=TOKEN, key=TEMPORARY + " ", secret=SECRET + " ")
case(
    "Cox-Automotive/alks-cli/issues/47",
    ["malformed", "whitespace-in-secret"],
    f"A client error (IncompleteSignatureException) occurred when calling the ListFunctions operation: '/{DAY}/us-west-1/lambda/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: '{signed[-1][1]}'.",
    url=url,
    headers=signed,
    evidence="words",
)

# 25. CloudFront's API, signed with an old scheme.
url = "https://cloudfront.amazonaws.com/2013-05-12/distribution"
old = f"AWS {ID}:" + signature_v2(HTTP_DATE)
case(
    "aws/aws-sdk-ruby/issues/317",
    ["sigv2-not-taken", "malformed"],
    "AWS::CloudFront::Errors::IncompleteSignature: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
    + f"Authorization={old}\nfrom /Users/rnhurt/.rvm/gems/ruby-1.9.3-p448@misc/gems/aws-sdk-1.14.0/lib/aws/core/client.rb:366:in `return_or_raise'",
    url=url,
    headers=[["Date", HTTP_DATE], ["Authorization", old]],
    evidence="words",
)

# 26. Other kinds of authorization.
basic = "Basic " + base64.b64encode(b"elasticsearch:7aREUx8xjQWb4F8geXKGHBfvJ2AssLBqyr8E").decode()
needs = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
case(
    "digitalepidemiologylab/crowdbreaks/issues/3",
    ["malformed", "other-scheme", "no-authentication"],
    json.dumps({"message": f"{needs}Authorization={basic}"}),
    url="https://search-crowdbreaks-abc.eu-central-1.es.amazonaws.com/_plugin/kibana/",
    headers=[["Authorization", basic]],
    evidence="words",
)
jwt = "eyJraWQiOiJRQU5NIiwiYWxnIjoiUlMyNTYifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
case(
    "aws-amplify/amplify-js/issues/13378",
    ["malformed", "other-scheme", "no-authentication"],
    f"IncompleteSignatureException: {needs.rstrip()}\nAuthorization=eyJraWQiOiJRQU5N............",
    url="https://id.execute-api.us-east-1.amazonaws.com/prod/items",
    headers=[["Authorization", jwt]],
    evidence="words",
)

# 28. A comma in the path.
url = "https://search-logs.eu-west-1.es.amazonaws.com/*,-notme/_search"
text = '{"query":{"match_all":{}}}'
sent = [["accept-encoding", "gzip, deflate"], ["content-type", "application/json"], host(url), stamp]
own = canonical("POST", url, low(sent), sha256(text), "/%2A,-notme/_search")
seen = canonical("POST", url, low(sent), sha256(text), "/%2A%2C-notme/_search")
case(
    "sharetribe/aws-sig4/issues/4",
    "path-not-encoded",
    json.dumps({"message": api(seen, "es")}),
    "POST",
    url,
    headers=sign_text(sent, own, service="es"),
    body=text,
    evidence="text",
)

# 29. Asterisks in the path.
url = "https://search-dave-6jy2cskdfaye4ji6gfa6x375ve.us-west-2.es.amazonaws.com/*/*/_search/"
sent = [["content-length", "26"], ["content-type", "application/json"], host(url), stamp]
own = canonical("POST", url, low(sent), sha256(text))
seen = canonical("POST", url, low(sent), sha256(text), "/%2A/%2A/_search/")
assert len(text) == 26
case("mhart/aws4/pull/12", "path-not-encoded", api(seen, "es", "us-west-2"), "POST", url, headers=sign_text(sent, own, "us-west-2", "es"), body=text, evidence="text")

# 30. Clocks.
url = "https://sts.amazonaws.com/"
form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
case(
    "cloudposse/geodesic/pull/4",
    "clock-skew",
    f"An error occurred (SignatureDoesNotMatch) when calling the AssumeRole operation: Signature expired: {STAMP} is now earlier than 20260302T145226Z (20260302T150726Z - 15 min.)",
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "sts", form, b"Action=AssumeRole&Version=2011-06-15"),
    at="20260302T150800Z",
    evidence="words",
)
url = "https://firehose.us-east-1.amazonaws.com/"
case(
    "osquery/osquery/issues/3593",
    "clock-skew",
    f'"Firehose write failed: Signature expired: {STAMP} is now earlier than 20260302T101726Z (20260302T102226Z - 5 min.)',
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "firehose", {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Firehose_20150804.PutRecordBatch"}, b"{}"),
    at="20260302T102300Z",
    evidence="words",
)
url = "https://id.execute-api.us-east-1.amazonaws.com/prod/items"
case(
    "mhart/aws4fetch/issues/73",
    "clock-skew",
    '`{\n    "message": "Signature expired: 20260302T100000Z is now earlier than 20260302T100418Z (20260302T100918Z - 5 min.)"\n}`',
    url=url,
    headers=sign("GET", url, "us-east-1", "execute-api"),
    evidence="words",
)

# 33. IoT: the client sends `Host: …:443`.
link = presign("GET", "https://a1b2c3d4e5f6g7.iot.eu-central-1.amazonaws.com/mqtt", "eu-central-1", "iotdevicegateway", TEMPORARY)
link = link.replace("https:", "wss:") + "&X-Amz-Security-Token=" + quote(TOKEN, safe="")
case("eclipse-paho/paho.mqtt.java/issues/830", "default-port", "MqttException (0) - java.io.IOException: WebSocket Response header: Incorrect connection header, connection not upgraded", url=link, evidence="none")

# 34. A secret with the % that zsh shows behind a file without a last line feed.
url = "https://s3-eu-west-1.amazonaws.com/learnjs.amblet.net"
text = '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>'
case(
    "benrady/learnjs/issues/14",
    "wrong-secret",
    f"make_bucket failed: s3://learnjs.amblet.net/ A client error (SignatureDoesNotMatch) occurred when calling the CreateBucket operation: {SENTENCE}\n",
    "PUT",
    url,
    headers=sign("PUT", url, body=text.encode(), secret=SECRET + "%"),
    evidence="none",
)

# 35. The query is signed, but not sent.
url = "https://vpc-dc-api-abc.us-east-1.es.amazonaws.com/dc-v2-work/_search?search_pipeline=dc-v2-work-pipeline"
text = '{"query":{"match_all":{}}}'
case(
    "nulib/dc-api-v2/pull/389",
    "parameter-dropped",
    f"403 — {SHORT}.",
    "POST",
    url,
    headers=sign("POST", url, "us-east-1", "es", {"content-type": "application/json"}, text.encode(), TOKEN, TEMPORARY),
    body=text,
    evidence="none",
)

# 36. WebSocket connections of API Gateway: encoded in the URL, and then by the server.
url = "https://someletters.execute-api.us-west-2.amazonaws.com/beta/%40connections/a0abIc59PHcCJQQ%3D"
text = '{"action":"hello"}'
sent = [["content-type", "application/json"], host(url), stamp]
own = canonical("POST", url, low(sent), sha256(text))
seen = canonical("POST", url, low(sent), sha256(text), "/beta/%2540connections/a0abIc59PHcCJQQ%253D")
case(
    "jcberquist/aws-cfml/issues/18",
    "path-encoded-twice",
    json.dumps({"message": api(seen, "execute-api", "us-west-2")}),
    "POST",
    url,
    headers=sign_text(sent, own, "us-west-2", "execute-api"),
    body=text,
    evidence="text",
)

# 37. The same, sent and signed raw.
url = "https://spjhtm1qcd.execute-api.us-east-1.amazonaws.com/test/@connections/atntqfjloAMCECg="
sent = [host(url), stamp]
own = canonical("POST", url, low(sent), sha256("hello"))
seen = canonical("POST", url, low(sent), sha256("hello"), "/test/%40connections/atntqfjloAMCECg%3D")
case(
    "okigan/awscurl/issues/61",
    "path-not-encoded",
    json.dumps({"message": api(seen, "execute-api", "us-east-1")}) + "\nTraceback (most recent call last):\n  File \"/Users/me/Library/Python/2.7/bin/awscurl\", line 11, in <module>\n    sys.exit(main())",
    "POST",
    url,
    headers=sign_text(sent, own, "us-east-1", "execute-api"),
    body="hello",
    evidence="text",
)

# 38. A caching proxy removes Range.
url = "https://examplebucket.s3.eu-west-1.amazonaws.com/terraform-provider.zip?x-id=GetObject"
sent = [
    ["accept-encoding", "identity"], ["amz-sdk-invocation-id", "0f3d5e2c-6a3c-4f6b-9d7c-2f1b7f0f2a10"], ["amz-sdk-request", "attempt=1; max=3"],
    host(url), ["range", "bytes=0-5242879"], hash_header, stamp, sec,
]
own = canonical("GET", url, low(sent), EMPTY)
seen = own.replace("range:bytes=0-5242879", "range:")
case("aws/aws-sdk-go-v2/issues/2722", "header-not-sent", mismatch(seen), url=url, headers=sign_text(sent, own, key=TEMPORARY), evidence="text")

# 39. Temporary credentials without their token.
url = "https://s3.us-east-1.amazonaws.com/"
case(
    "aws/aws-cli/issues/3793",
    "token-missing",
    "botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.\n"
    "2026-03-02 10:00:01,413 - MainThread - awscli.clidriver - DEBUG - Exiting with rc 255\n\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.",
    url=url,
    headers=sign("GET", url, "us-east-1", key=TEMPORARY),
    evidence="none",
)
url = "https://databucket.s3.us-east-1.amazonaws.com/nyc-taxi/2019/01/fhv_tripdata_2019-01.parquet"
case(
    "databendlabs/databend/issues/8069",
    "token-missing",
    f'<?xml version=\\"1.0\\" encoding=\\"UTF-8\\"?>\\n<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>{TEMPORARY}</AWSAccessKeyId><RequestId>JBJ...MH</RequestId><HostId>m4Ms...b/Y=</HostId></Error>',
    "HEAD",
    url,
    headers=sign("HEAD", url, "us-east-1", key=TEMPORARY),
    evidence="none",
)

# 41. An unknown file type: signed without a content type, sent with one.
url = presign_v2("PUT", "https://s3.amazonaws.com/examplebucket/uploads/model.custom", expires=60)
case("odysseyscience/react-s3-uploader/issues/138", ["header-changed", "header-not-signed"], "403 SignatureDoesNotMatch", "PUT", url, evidence="none")

# 42. SigV2 of SimpleDB: `!` is not encoded in the string to sign, but is sent as %21.
fields = {
    "AWSAccessKeyId": ID, "Action": "Select", "SelectExpression": "select * from `users` where `state` != 'closed'", "SignatureMethod": "HmacSHA256",
    "SignatureVersion": "2", "Timestamp": "2026-03-02T10:00:00.000Z", "Version": "2009-04-15",
}
encode = lambda safe: "&".join(f"{name}={quote(value, safe=safe)}" for name, value in sorted(fields.items()))
sts = "\n".join(["POST", "sdb.amazonaws.com", "/", encode("-_.~!")])
made = base64.b64encode(hmac.new(SECRET.encode(), sts.encode(), hashlib.sha256).digest()).decode()
case(
    "mirkokiefer/aws-lib/issues/33",
    ["parameter-reencoded", "payload-changed"],
    LONG,
    "POST",
    "https://sdb.amazonaws.com/",
    headers=[["Host", "sdb.amazonaws.com"], ["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]],
    body=encode("-_.~") + "&Signature=" + quote(made, safe=""),
    evidence="none",
)

# 43. A tilde that is percent-encoded in the path.
url = "https://examplebucket.s3.eu-west-1.amazonaws.com/backup/report%7E1.txt"
own = canonical("PUT", url, low([hash_header, stamp]), EMPTY)
case("rustyconover/net-amazon-s3/issues/64", "path-not-encoded", "SignatureDoesNotMatch", "PUT", url, headers=sign_text([host(url), hash_header, stamp], own), evidence="none")

# 44. A space as `+` in the signed query.
url = "https://sellingpartnerapi-na.amazon.com/fba/inbound/v0/prepInstructions?SellerSKUList=MY+SKU+1&ShipToCountryCode=US"
sent = [host(url), ["x-amz-access-token", "Atza|IwEBIFDROjvWuB9leGjh2NOTkNCGjEHY2JK0KSqZ8EvKVBqMP6T"], stamp, sec]
own = canonical("GET", url, low(sent), EMPTY, query="SellerSKUList=MY+SKU+1&ShipToCountryCode=US")
seen = canonical("GET", url, low(sent), EMPTY, query="SellerSKUList=MY%20SKU%201&ShipToCountryCode=US")
case(
    "saleweaver/python-amazon-sp-api/pull/405",
    "parameter-reencoded",
    json.dumps({"errors": [{"message": api(seen, "execute-api", "us-east-1"), "code": "InvalidSignature"}]}, indent=2),
    url=url,
    headers=sign_text(sent, own, "us-east-1", "execute-api", TEMPORARY),
    evidence="text",
)

# 45. Another body than the hashed one.
url = "https://s3.us-east-1.amazonaws.com/examplebucket/volume/chunk_0.h5"
signed = sign("PUT", url, "us-east-1", body=b"content that was hashed")
text = (
    "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message>"
    f"<ClientComputedContentSHA256>{sha256('content that was hashed')}</ClientComputedContentSHA256><S3ComputedContentSHA256>{sha256('content that was sent')}</S3ComputedContentSHA256>"
    f"<RequestId>{IDS[0]}</RequestId><HostId>{IDS[1]}</HostId></Error>"
)
case(
    "JuliaCloud/AWSCore.jl/issues/48",
    "payload-changed",
    "ERROR: XAmzContentSHA256Mismatch -- The provided 'x-amz-content-sha256' header does not match what was\n computed.                                                                                            \n"
    f"HTTP.ExceptionRequest.StatusError(400, HTTP.Messages.Response:\n\"\"\"\nHTTP/1.1 400 Bad Request\nx-amz-request-id: {IDS[0]}\nx-amz-id-2: {IDS[1]}\nContent-Type: application/xml\nTransfer-Encoding: chunked\nDate: {HTTP_DATE}\nConnection: close\n\n"
    + '<?xml version="1.0" encoding="UTF-8"?>\n' + text + '""")',
    "PUT",
    url,
    headers=signed,
    evidence="words",
)

# 46. Two content types: one is signed, the other is sent.
url = "https://mybucketname.s3.ap-northeast-1.amazonaws.com/blah.json?x-id=PutObject"
text = '{"dead":"beef"}'
case(
    "aws/aws-sdk-js-v3/issues/1800",
    "header-changed",
    f"SignatureDoesNotMatch: {SENTENCE}",
    "PUT",
    url,
    headers=sign("PUT", url, "ap-northeast-1", headers={"content-type": "application/octet-stream"}, body=text.encode()),
    body=text,
    evidence="none",
)

# 47. A link that outlives the credentials.
url = presign_v2("GET", "https://s3.amazonaws.com/examplebucket/foo", TEMPORARY, TOKEN, 604800)
case(
    "aws/aws-sdk-ruby/issues/808",
    "credentials-expired",
    "<Error>\n<Code>ExpiredToken</Code>\n<Message>The provided token has expired.</Message>\n<Token-0>...</Token-0>\n<RequestId>C0ACB79ABACB6979</RequestId>\n<HostId>YjQDfdSYumILl2e3zL44wfnlBX72l531IFhhO3jMYV9fY5XPH44GqcM/Da3BRX46phfRi53gBd0=</HostId>\n</Error>",
    url=url,
    at="20260304T100000Z",
    evidence="words",
)

write()
