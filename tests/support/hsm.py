"""A token of SoftHSM 2, which the programs of a test are shown."""

import pathlib
import shutil
import subprocess

import pytest

MODULE = pathlib.Path("/usr/lib/softhsm/libsofthsm2.so")
SETTINGS = f'[pkcs11]\nmodules = ["{MODULE}"]\n'


class Token:
    """One token, `main`; `monkeypatch` shows its folder to what is started after."""

    def __init__(self, directory, monkeypatch):
        if not MODULE.exists():
            pytest.skip("SoftHSM 2 is not installed")
        self.directory = directory
        self.tokens = directory / "tokens"
        self.tokens.mkdir(parents=True)
        config = directory / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        monkeypatch.setenv("SOFTHSM2_CONF", str(config))
        self.pin("hsm.pin", "pin-of-the-test-4321")
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "main", "--so-pin", "pin-of-the-officer-8765", "--pin", "pin-of-the-test-4321"],
                       check=True, capture_output=True)

    def pin(self, name, content):
        """A file closed to others, with a PIN; its path."""
        path = self.directory / name
        path.write_text(content)
        path.chmod(0o600)
        return path

    def uri(self, name, pin="hsm.pin", more=""):
        return f"pkcs11:token=main;object={name}{more}?pin-source={self.directory / pin}"

    def put_secret(self, name, content):
        """As an operator does: a private data object."""
        file = self.pin(f"{name}.content", content)
        subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "main", "--login", "--pin", "pin-of-the-test-4321",
                        "--write-object", file, "--type", "data", "--label", name, "--private"],
                       check=True, capture_output=True)
        file.unlink()

    def guess(self, pin):
        """Another program gives the token a PIN that is not its user's."""
        tried = subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "main", "--login", "--pin", pin, "--list-objects"],
                               check=False, capture_output=True, text=True)
        assert "CKR_PIN_INCORRECT" in tried.stderr, tried

    def take_out(self):
        shutil.move(self.tokens, self.directory / "away")
        self.tokens.mkdir()

    def put_back(self):
        self.tokens.rmdir()
        shutil.move(self.directory / "away", self.tokens)
