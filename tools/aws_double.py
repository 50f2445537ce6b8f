"""What stands for AWS: moto's Secrets Manager, S3, IAM and STS on loopback, which verify every signature.

Runs under the Python of build/test-python (tools/test_python.sh). With a command: runs that with what it needs to
reach this AWS in its environment, the credentials in a profile, and ends with the command's status. Without one, for
tests: prints one line of JSON with the port and a user's credentials, then carries out a line of JSON each:
{"put_secret": [name, text]}, {"put_object": [bucket, key, text, encryption]}, {"allow": ["secretsmanager:*", …]};
answers each with {}, or with {"error": …}.
"""

import json
import logging
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

SETUP_CALLS = 3  # a user, its key, its policy: the last ones that need no signature
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(SETUP_CALLS)

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

REGION = "eu-west-2"
USER = "settled"


class Double:
    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.port = self.server.get_host_and_port()[1]
        iam = self.client("iam", "setup", "setup")
        iam.create_user(UserName=USER)
        self.key = iam.create_access_key(UserName=USER)["AccessKey"]
        self.put_policy(iam, ["*"])

    def client(self, service, key_id=None, secret=None):
        return boto3.client(service, region_name=REGION, endpoint_url=f"http://127.0.0.1:{self.port}",
                            aws_access_key_id=key_id or self.key["AccessKeyId"],
                            aws_secret_access_key=secret or self.key["SecretAccessKey"],
                            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    @staticmethod
    def put_policy(iam, actions):
        statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        iam.put_user_policy(UserName=USER, PolicyName="all",
                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))

    def allow(self, *actions):
        # The right to change rights stays.
        self.put_policy(self.client("iam"), ["iam:*", *actions])

    def put_secret(self, name, text):
        secrets = self.client("secretsmanager")
        try:
            secrets.create_secret(Name=name, SecretString=text)
        except secrets.exceptions.ResourceExistsException:
            secrets.put_secret_value(SecretId=name, SecretString=text)

    def put_object(self, bucket, key, text, encryption):
        objects = self.client("s3")
        if bucket not in {each["Name"] for each in objects.list_buckets()["Buckets"]}:
            objects.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        objects.put_object(Bucket=bucket, Key=key, Body=text.encode(), ServerSideEncryption=encryption)


def run_with_aws(double, command):
    """Ctrl-C reaches the command too: it ends in its own time."""
    signal.signal(signal.SIGINT, lambda *_: None)
    with tempfile.TemporaryDirectory(prefix="settled-aws-") as directory:
        profile = pathlib.Path(directory) / "credentials"
        profile.touch(mode=0o600)
        profile.write_text(f"[default]\naws_access_key_id = {double.key['AccessKeyId']}\n"
                           f"aws_secret_access_key = {double.key['SecretAccessKey']}\n")
        child = subprocess.Popen(command, env=os.environ | {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{double.port}", "AWS_REGION": REGION,
            "AWS_SHARED_CREDENTIALS_FILE": str(profile), "AWS_CONFIG_FILE": str(profile.with_name("config"))})
        signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
        status = child.wait()
    double.server.stop()
    return status if status >= 0 else 128 - status


def main():
    double = Double()
    if len(sys.argv) > 1:
        return run_with_aws(double, sys.argv[1:])
    print(json.dumps({"port": double.port, "region": REGION, "key_id": double.key["AccessKeyId"],
                      "secret_key": double.key["SecretAccessKey"]}), flush=True)
    for line in sys.stdin:
        (word, arguments), = json.loads(line).items()
        try:
            getattr(double, word)(*arguments)
            print("{}", flush=True)
        except Exception as error:  # the caller says what failed
            print(json.dumps({"error": str(error)}), flush=True)
    double.server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
