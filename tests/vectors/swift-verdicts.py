"""Verifies the signatures of requests with OpenStack Swift's S3 API.

Reads requests, one JSON object per line, and writes them with `accepted` and `reason`. Needs Python
3 and, from PyPI, swift 2.38.3 with eventlet, lxml, PasteDeploy, PyECLib, requests, xattr and
cryptography. No server is started: Swift's own class reads the WSGI environment of each request and
checks it at the time in the request.
"""

import json
import sys
from io import BytesIO
from urllib.parse import unquote_to_bytes

from swift.common.middleware.s3api import s3request
from swift.common.middleware.s3api.s3response import ErrorResponse
from swift.common.middleware.s3api.utils import Config, S3Timestamp

KEYS = {
    "AKIDEXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AKID/EXAMPLE": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}


def environment(request):
    path, _, query = request["target"].partition("?")
    body = request["body"].encode()
    # WSGI represents text with one character for each byte.
    wsgi = [(name, value.encode().decode("latin-1")) for name, value in request["headers"]]
    env = {
        "REQUEST_METHOD": request["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "RAW_PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "headers_raw": wsgi,
    }
    for name, value in wsgi:
        # HTTP servers trim values, and join those of the same name.
        value = value.strip()
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
        env[key] = env[key] + "," + value if key in env else value
    return env


def verdict(request):
    S3Timestamp.now = classmethod(lambda cls, **_: cls(request["now"]))
    conf = Config({"storage_domains": ["s3.example.com"], "location": "us-east-1"})
    env = environment(request)
    try:
        checked = s3request.get_request_class(env, False)(env, conf=conf)
        secret = KEYS.get(checked.access_key)
        if secret is None:
            return False, "InvalidAccessKeyId"
        if not checked.sig_checker.check_signature(secret):
            return False, "SignatureDoesNotMatch"
        # Reading the body compares it with its hash.
        checked.environ["wsgi.input"].read()
        return True, ""
    except s3request.S3InputError as error:
        return False, type(error).__name__
    except s3request.NotS3Request:
        return False, "NotS3Request"
    except ErrorResponse as error:
        return False, type(error).__name__


def main():
    for line in sys.stdin:
        request = json.loads(line)
        request["accepted"], request["reason"] = verdict(request)
        json.dump(request, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")


main()
