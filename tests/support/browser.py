"""A real browser at the console: Debian's Chromium by WebDriver, of a given width and colour scheme.

A headless window is never narrower than 500 px, so widths are set by its emulation of devices. axe goes in by
execute_script, which the page's Content-Security-Policy allows; what the policy refuses stands in the browser's log."""

import shutil

import pytest

from .places import ROOT
from .waiting import wait_for

AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM, DRIVER = "chromium", "chromedriver"

# All that is on the page has loaded, and nothing is under way.
READY = """return !!document.querySelector('h1') && !document.querySelector('.skeleton, [aria-busy="true"]')"""
TEXT_LEFT_OF_VIEW = "return document.documentElement.scrollWidth - innerWidth"
AXE_RUN = """const done = arguments[arguments.length - 1];
axe.run({resultTypes: ['violations']}).then(found => done(found.violations.map(one =>
  `${one.id}: ${one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')}`)))"""


def needs_browser():
    """Skips where there is no browser to test with."""
    pytest.importorskip("selenium", reason="python3-selenium is not installed")
    for program in (CHROMIUM, DRIVER):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


class Browser:
    def __init__(self, address, width=1280, height=860, scheme="light"):
        from selenium import webdriver  # only where needs_browser() has found it
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": {
            "width": width, "height": height, "pixelRatio": 1, "mobile": False, "touch": False}})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.address = address
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which(DRIVER)))
        self.driver.set_script_timeout(30)
        self.show_in(scheme)

    def close(self):
        self.driver.quit()

    def show_in(self, scheme):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, path):
        """Loads a page anew."""
        self.driver.get(self.address + path)
        self.wait_until_ready()

    def go(self, path):
        """As a link of the page does, without loading it again."""
        self.run("history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", path)
        self.wait_until_ready()

    def wait_until_ready(self):
        wait_for(lambda: self.run(READY), lambda: f"the page is ready: {self.text()[:600]} {self.log()}")

    def text(self):
        return self.run("return document.body.innerText")

    def shows(self, text):
        wait_for(lambda: text in self.text(), lambda: f"the page shows {text!r}: {self.text()}")

    def find(self, css):
        return wait_for(lambda: self.driver.find_elements("css selector", css), lambda: f"there is {css}: {self.text()}")[0]

    def button(self, label, within="body"):
        """The button with a text or name."""
        found = """return [...document.querySelectorAll(arguments[1] + ' :is(button, a.button)')].find(one =>
            one.checkVisibility() && (one.ariaLabel ?? one.innerText).trim().startsWith(arguments[0]))"""
        return wait_for(lambda: self.run(found, label, within), lambda: f"there is the button {label}: {self.text()}")

    def enter(self, css, text):
        field = self.find(css)
        field.clear()
        field.send_keys(text)

    def press(self, *keys):
        """Keys for the page, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def press_with(self, modifier, key):
        from selenium.webdriver.common.action_chains import ActionChains
        ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def sign_in_with_key(self, key):
        self.open("/console/")
        self.button("API key").click()
        self.enter("input[name=api_key]", key)
        self.button("Sign in", "form").click()
        self.find("nav a[aria-current=page]" if self.run("return innerWidth >= 960") else "#main")
        self.wait_until_ready()

    def log(self):
        """What the browser's console has since the last call; what the policy refused is in it."""
        return [f"{line['level']} {line['message']}" for line in self.driver.get_log("browser")]

    def violations(self):
        """What axe finds."""
        if not self.run("return typeof axe === 'object'"):
            self.run(AXE.read_text())
        return self.driver.execute_async_script(AXE_RUN)

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.run(TEXT_LEFT_OF_VIEW)

    def picture(self, path):
        assert self.driver.save_screenshot(str(path))
