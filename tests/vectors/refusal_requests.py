"""Builds the requests and responses of refusals.py, refusals_aws.py and refusals_stores.py.

The reports hide access keys, signatures and hosts. Each script rebuilds the request with botocore
1.43 from what its report says, and the server's side by the canonicalization below.
"""

import base64
import datetime
import hashlib
import hmac
import json
import sys
from urllib.parse import quote, unquote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TEMPORARY = "ASIAIOSFODNN7EXAMPLE"
KNOWN = {"secret": SECRET}
EMPTY = hashlib.sha256(b"").hexdigest()
NOW = datetime.datetime(2026, 3, 2, 10, 0, 0, tzinfo=datetime.timezone.utc)
STAMP, DAY = "20260302T100000Z", "20260302"
HTTP_DATE = "Mon, 02 Mar 2026 10:00:00 GMT"
END = int(NOW.timestamp()) + 3600
AT = "20260302T100100Z"
HOST = "https://examplebucket.s3.eu-west-1.amazonaws.com"
CLOUDFRONT = "https://d111111abcdef8.cloudfront.net"
SENTENCE = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
LONG = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
GOOGLE = SENTENCE.replace("key", "Google secret key")
AZURE = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature."
ACCOUNT_KEY = base64.b64encode(b"an account key of 64 bytes, which nobody uses for anything real!").decode()

stamp = ["x-amz-date", STAMP]
hash_header = ["x-amz-content-sha256", EMPTY]

botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW
botocore.auth.time.time = lambda: NOW.timestamp()


# AWS: requests that botocore signs.


def presign(method, url, region="eu-west-1", service="s3", key=ID, token=None, expires=3600, headers=None, secret=SECRET, signer=None):
    """Returns a presigned URL. `signer` is botocore's class if it isn't that of the service."""
    request = AWSRequest(method, url, headers=headers or {})
    signer = signer or (botocore.auth.S3SigV4QueryAuth if service == "s3" else botocore.auth.SigV4QueryAuth)
    signer(Credentials(key, secret, token), service, region, expires=expires).add_auth(request)
    return request.url


def presign_v2(method, url, key=ID, token=None, expires=3600, headers=None):
    """Returns a URL presigned with SigV2. Its path is `/bucket/key`, as HmacV1QueryAuth signs it."""
    request = AWSRequest(method, url, headers=headers or {})
    botocore.auth.HmacV1QueryAuth(Credentials(key, SECRET, token), expires=expires).add_auth(request)
    return request.url


def sign(method, url, region="eu-west-1", service="s3", headers=None, body=b"", token=None, key=ID, secret=SECRET, signer=None):
    """Returns the headers of a request that is signed with an Authorization header."""
    request = AWSRequest(method, url, headers=headers or {}, data=body)
    signer = signer or (botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth)
    signer(Credentials(key, secret, token), service, region).add_auth(request)
    return [[name, value] for name, value in request.headers.items()]


# AWS: the server's side, and requests of other signers.


def sha256(text):
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def canonical(method, url, headers=(), payload="UNSIGNED-PAYLOAD", path=None, query=None, host=None, ordered=False):
    """Returns the canonical request of S3. The host is that of the URL unless it is stated."""
    parts = urlsplit(url)
    if query is None:
        encode = lambda text: quote(unquote(text), safe="-_.~")
        pairs = [pair.partition("=") for pair in parts.query.split("&") if pair]
        pairs = sorted((encode(name), encode(value)) for name, _, value in pairs if name != "X-Amz-Signature")
        query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = [(name.lower(), value) for name, value in headers]
    if all(name != "host" for name, _ in headers):
        headers.append(("host", host or parts.netloc))
    if not ordered:
        headers.sort()
    names = ";".join(name for name, _ in headers)
    return "\n".join([method, path or parts.path or "/", query, *(f"{name}:{value}" for name, value in headers), "", names, payload])


def string_to_sign(text, region="eu-west-1", service="s3"):
    return "\n".join(["AWS4-HMAC-SHA256", STAMP, f"{DAY}/{region}/{service}/aws4_request", sha256(text)])


def signing_key(region, service):
    key = ("AWS4" + SECRET).encode()
    for part in [DAY, region, service, "aws4_request"]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature(text=None, region="eu-west-1", service="s3", sts=None):
    """Returns the signature of the canonical request `text`, or of the string to sign `sts`."""
    sts = sts or string_to_sign(text, region, service)
    return hmac.new(signing_key(region, service), sts.encode(), hashlib.sha256).hexdigest()


def signature_v2(sts):
    return base64.b64encode(hmac.new(SECRET.encode(), sts.encode(), hashlib.sha1).digest()).decode()


def authorization(names, value, region="eu-west-1", service="s3", key=ID, comma=", "):
    scope = f"{DAY}/{region}/{service}/aws4_request"
    value = f"AWS4-HMAC-SHA256 Credential={key}/{scope}{comma}SignedHeaders={names}{comma}Signature={value}"
    return ["Authorization", value]


def sign_text(headers, text, region="eu-west-1", service="s3", key=ID, comma=", "):
    """Returns `headers` and an Authorization header over the canonical request `text`."""
    names, value = text.split("\n")[-2], signature(text, region, service)
    return [*headers, authorization(names, value, region, service, key, comma)]


def presign_text(url, text, region="eu-west-1", service="s3"):
    """Returns `url` with the signature of the canonical request `text` in place of its own."""
    return url.rpartition("=")[0] + "=" + signature(text, region, service)


# AWS: responses.

# The request ID and the host ID.
IDS = "D5F2662865713BDC", "BisYpzkFJqTt3Aw5Lb9PtSGxim8A1nu7"


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def flat(text):
    return " ".join(text.split())


def xml(code, message, rest="", ids=IDS):
    request, host = ids
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>{rest}"
        f"<RequestId>{request}</RequestId><HostId>{host}</HostId></Error>"
    )


def mismatch(text=None, sts=None, region="eu-west-1", with_bytes=False, ids=IDS):
    """S3's response to a wrong signature, with its own canonical request."""

    def element(name, value):
        encoded = f"<{name}Bytes>{value.encode().hex(' ')}</{name}Bytes>" if with_bytes else ""
        return f"<{name}>{escape(value)}</{name}>{encoded}"

    rest = f"<AWSAccessKeyId>{ID}</AWSAccessKeyId>" + element("StringToSign", sts or string_to_sign(text, region))
    if text:
        rest += element("CanonicalRequest", text)
    return xml("SignatureDoesNotMatch", SENTENCE, rest, ids)


def api(text, service, region="eu-west-1"):
    """The response of services other than S3, such as API Gateway, to a wrong signature."""
    return (
        f"{LONG}\n\nThe Canonical String for this request should have been\n'{text}'\n\n"
        f"The String-to-Sign should have been\n'{string_to_sign(text, region, service)}'\n"
    )


def http(status, body, headers=""):
    return f"HTTP/1.1 {status}\nx-amz-request-id: 4RTEHTT2H8YZ1AY1\nContent-Type: application/xml\nServer: AmazonS3\n{headers}\n{body}"


# Google Cloud Storage. No key of a service account is available, so each signature is made up.

GOOGLE_SIGNATURE = "A" * 342 + "=="


def google_v2(url, expires=END, account="x@y.iam.gserviceaccount.com", signature=GOOGLE_SIGNATURE):
    return f"{url}?GoogleAccessId={quote(account, safe='')}&Expires={expires}&Signature={quote(signature, safe='')}"


def google_v4(url, names="host", expires=3600, signature="5a" * 256, account="robot@project.iam.gserviceaccount.com", query=""):
    scope = quote(f"{account}/{DAY}/auto/storage/goog4_request", safe="")
    return (
        f"{url}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential={scope}&X-Goog-Date={STAMP}"
        f"&X-Goog-Expires={expires}&X-Goog-SignedHeaders={quote(names, safe='')}{query}&X-Goog-Signature={signature}"
    )


# CloudFront. Each signature is made up.


def cloudfront_base64(data):
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


CLOUDFRONT_SIGNATURE = "A" * 342 + "__"


def canned(url, signature=CLOUDFRONT_SIGNATURE, expires=END, key="K2JCJMDEHXQW5F"):
    """Returns a URL with a canned policy."""
    return f"{url}{'&' if '?' in url else '?'}Expires={expires}&Signature={signature}&Key-Pair-Id={key}"


def custom_policy(url, policy, signature=CLOUDFRONT_SIGNATURE, key="APKAJKE6G5ZZE3J2XTAQ"):
    """Returns a URL with the custom policy `policy`."""
    return f"{url}?Policy={cloudfront_base64(policy.encode())}&Signature={signature}&Key-Pair-Id={key}"


# Azure Storage.

# The fields of a service SAS from version 2018-11-09 and from 2020-12-06; None is the resource.
SAS_2018 = ["sp", "st", "se", None, "si", "sip", "spr", "sv", "sr", "sst", "rscc", "rscd", "rsce", "rscl", "rsct"]
SAS_2020 = ["sp", "st", "se", None, "si", "sip", "spr", "sv", "sr", "sst", "ses", "rscc", "rscd", "rsce", "rscl", "rsct"]


def sas_text(order, resource, fields):
    """Returns the string to sign of a SAS."""
    return "\n".join(resource if name is None else fields.get(name, "") for name in order)


def azure_signature(text, key=ACCOUNT_KEY):
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def sas_query(fields, sig):
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in [*fields.items(), ("sig", sig)])


def azure(detail="", message=AZURE, code="AuthenticationFailed", request="2c25ad7c-a01e-0004-04a3-56c77b000000", time="2026-03-02T10:01:00.8096444Z"):
    detail = f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>" if detail else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}\n'
        f"RequestId:{request}\nTime:{time}</Message>{detail}</Error>"
    )


# The cases.

cases = []


def case(source, causes, response, method="GET", url=None, note=None, **more):
    """Adds a case. `source` is an address, or the path of a report on GitHub."""
    source = source if "://" in source else "https://github.com/" + source
    causes = causes if isinstance(causes, list) else [causes]
    note = {"note": note} if note else {}
    url = url or presign(method, f"{HOST}/folder/a.txt")
    cases.append({"source": source, "causes": causes} | note | {"method": method, "url": url, "at": AT} | more | {"response": response})


def write():
    """Writes the cases to standard output, one JSON object a line."""
    for entry in cases:
        json.dump(entry, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
