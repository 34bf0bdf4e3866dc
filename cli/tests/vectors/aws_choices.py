"""Records which identity, region and address the AWS CLI v2 chooses, as botocore chooses them.

    python3 -m venv venv && venv/bin/pip install botocore==1.44.8
    venv/bin/python aws_choices.py > aws_choices.jsonl

The AWS CLI v2 differs from botocore in the order of two pairs of variables, which is patched here:
AWS_REGION precedes AWS_DEFAULT_REGION, and AWS_PROFILE precedes AWS_DEFAULT_PROFILE. It also presigns
for the host of the region, never for the global one. Providers that need a network or another program are not run: the record
names them.
"""

import json
import os
import tempfile

import botocore.configprovider
import botocore.credentials as credentials
import botocore.session
import botocore.signers
from botocore.config import Config

KEYS = "aws_access_key_id = {id}\naws_secret_access_key = secret\n"


def keys(id):
    return KEYS.format(id=id)


CREDENTIALS = "[default]\n" + keys("AKIDDEFAULT") + "[other]\n" + keys("AKIDOTHER")
CONFIG = "[default]\nregion = eu-west-1\n[profile other]\nregion = eu-west-2\n"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "secret"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}
ROLE = "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\n"
SSO = "sso_start_url = https://a.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = r\n"
SSO_SESSION = "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://a.awsapps.com/start\n"
SERVICES = "[services local]\ns3 =\n  endpoint_url = http://service.example.com:9000\n"


def case(env=(), config=CONFIG, credentials=CREDENTIALS, profile=None):
    return {"env": dict(env), "config": config, "credentials": credentials, "profile": profile}


def cases():
    # Identity.
    yield case()
    yield case(ENVIRONMENT)
    yield case(ENVIRONMENT, profile="other")
    yield case({**ENVIRONMENT, "AWS_PROFILE": "other"})
    yield case({"AWS_PROFILE": "other"})
    yield case({"AWS_DEFAULT_PROFILE": "other"})
    yield case({"AWS_PROFILE": "other", "AWS_DEFAULT_PROFILE": "default"})
    yield case({"AWS_PROFILE": "default", "AWS_DEFAULT_PROFILE": "other"})
    yield case({"AWS_PROFILE": "other"}, profile="default")
    yield case(WEB)
    yield case({**WEB, **ENVIRONMENT})
    yield case(WEB, profile="other")
    yield case({"AWS_ROLE_ARN": WEB["AWS_ROLE_ARN"]})
    web = "[default]\nrole_arn = r\nweb_identity_token_file = /token\n"
    yield case(config=web)
    yield case(ENVIRONMENT, config=web)
    yield case(config="[default]\nregion = eu-west-1\n" + ROLE)
    yield case(ENVIRONMENT, config="[default]\n" + ROLE)
    yield case(WEB, config="[default]\n" + ROLE)
    yield case(config="[default]\n" + SSO)
    yield case(config="[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n" + SSO_SESSION)
    process = "[default]\ncredential_process = /bin/false\n"
    yield case(config=process)
    yield case(config=process, credentials="")
    yield case(config=process + keys("AKIDCONFIG"), credentials="")
    yield case(config="[default]\nlogin_session = s\n" + keys("AKIDCONFIG"), credentials="")
    yield case(config="[default]\nlogin_session = s\n")
    yield case(config="[default]\n" + keys("AKIDCONFIG"), credentials="")
    yield case(config="[default]\n" + keys("AKIDCONFIG"))
    yield case({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"})
    yield case({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"}, credentials="", config="")
    # Region.
    yield case({"AWS_REGION": "ap-south-1"})
    yield case({"AWS_DEFAULT_REGION": "ap-south-2"})
    yield case({"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-2"})
    yield case({"AWS_REGION": "ap-south-1"}, profile="other")
    # Endpoint.
    endpoint = "[default]\nendpoint_url = http://profile.example.com\n"
    services = "[default]\nendpoint_url = http://profile.example.com\nservices = local\n" + SERVICES
    yield case(config=endpoint)
    yield case(config=services)
    yield case({"AWS_ENDPOINT_URL": "http://env.example.com"}, config=services)
    yield case({"AWS_ENDPOINT_URL_S3": "http://s3.example.com"}, config=services)
    yield case(
        {"AWS_ENDPOINT_URL_S3": "http://s3.example.com", "AWS_ENDPOINT_URL": "http://env.example.com"}
    )
    for ignore in ["true", "false", "TRUE"]:
        yield case({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ignore}, config=services)
        yield case(config=services.replace("services", f"ignore_configured_endpoint_urls = {ignore}\nservices", 1))
    yield case(
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL_S3": "http://s3.example.com"}
    )
    yield case(
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
        config=services.replace("services", "ignore_configured_endpoint_urls = true\nservices", 1),
    )
    for setting in [
        "use_dualstack_endpoint = true\n",
        "use_fips_endpoint = true\n",
        "s3 =\n  use_dualstack_endpoint = true\n",
        "s3 =\n  use_accelerate_endpoint = true\n",
        "s3 =\n  use_accelerate_endpoint = true\n  use_dualstack_endpoint = true\n",
        "s3 =\n  use_dualstack_endpoint = false\nuse_dualstack_endpoint = true\n",
        "s3 =\n  use_dualstack_endpoint = true\nuse_dualstack_endpoint = false\n",
        "s3 =\n  addressing_style = path\n",
        "s3 =\n  addressing_style = virtual\nendpoint_url = http://profile.example.com\n",
        "s3 =\n  use_dualstack_endpoint = true\nendpoint_url = http://profile.example.com\n",
    ]:
        yield case(config="[default]\nregion = eu-west-1\n" + setting)
    yield case({"AWS_USE_DUALSTACK_ENDPOINT": "true"})
    yield case({"AWS_USE_FIPS_ENDPOINT": "true"})
    yield case(
        {"AWS_USE_DUALSTACK_ENDPOINT": "false"},
        config="[default]\nregion = eu-west-1\nuse_dualstack_endpoint = true\n",
    )
    yield case(
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
        config="[default]\nregion = eu-west-1\ns3 =\n  use_dualstack_endpoint = false\n",
    )


class Named(Exception):
    """The provider that would be asked."""


def name_providers():
    def process(self):
        if self._credential_process is not None:
            raise Named("credential_process")

    def role(self):
        profile = self._load_config().get("profiles", {}).get(self._profile_name, {})
        if self._has_assume_role_config_vars(profile):
            raise Named("role_arn")

    def login(self):
        profile = self._load_config().get("profiles", {}).get(self._profile_name, {})
        if "login_session" in profile:
            raise Named("login_session")

    def web(self):
        if self._get_config("web_identity_token_file"):
            raise Named("web_identity_token_file")

    def sso(self):
        if self._load_sso_config():
            raise Named("sso")

    def container(self):
        if self.ENV_VAR in os.environ or self.ENV_VAR_FULL in os.environ:
            raise Named("container")

    credentials.ProcessProvider.load = process
    credentials.AssumeRoleProvider.load = role
    credentials.LoginProvider.load = login
    credentials.AssumeRoleWithWebIdentityProvider.load = web
    credentials.SSOProvider.load = sso
    credentials.ContainerProvider.load = container
    credentials.InstanceMetadataProvider.load = lambda self: None


def record(case, directory):
    files = {}
    for name in ["config", "credentials"]:
        files[name] = os.path.join(directory, name)
        with open(files[name], "w") as file:
            file.write(case[name])
    os.environ.clear()
    os.environ.update(case["env"])
    os.environ.update(
        HOME=directory,
        AWS_CONFIG_FILE=files["config"],
        AWS_SHARED_CREDENTIALS_FILE=files["credentials"],
        AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="regional",
    )
    session = botocore.session.Session(profile=case["profile"])
    try:
        found = session.get_credentials()
        identity = {"access_key_id": found.access_key} if found else {"source": None}
    except Named as provider:
        identity = {"source": str(provider)}
    client = session.create_client(
        "s3",
        region_name=session.get_config_variable("region") or "us-east-1",
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=Config(signature_version="s3v4"),
    )
    url = client.generate_presigned_url("get_object", Params={"Bucket": "examplebucket", "Key": "k"})
    return {**identity, "region": client.meta.region_name, "url": url.split("?")[0]}


def main():
    variables = botocore.configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES
    variables["region"] = ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)
    variables["profile"] = (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None)
    botocore.session.Session.SESSION_VARIABLES = dict(variables)
    botocore.signers._should_use_global_endpoint = lambda client: False
    name_providers()
    for case in cases():
        with tempfile.TemporaryDirectory() as directory:
            print(json.dumps({**case, "expected": record(case, directory)}))


main()
