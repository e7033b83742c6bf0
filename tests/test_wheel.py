"""The wheel, installed away from the checkout: complete, and able to serve by itself."""

import http.cookiejar
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.conftest import ROOT
from tests.html_checks import assert_sound

pytestmark = pytest.mark.slow

PACKAGED = ("benchmarks", "static", "templates")
ANSWERS = {
    "municipality": "24062",
    "cluster": 5,
    "date": "2026-11-23",
    "answers": {
        "livcr_presence": "yes_municipal",
        "statutory_members": ["mayor", "police_chief"],
        "information_agreement": "informal",
    },
}
STARTING_SECONDS = 60


def files_of_the_checkout() -> set[str]:
    """The files that are, or are about to be, in version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout: building leaves nothing behind in the checkout itself."""
    folder = tmp_path_factory.mktemp("source")
    for name in files_of_the_checkout():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    """The wheel, built from the sdist, with the build tool of the test environment."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert len(list((source / "dist").glob("*.tar.gz"))) == 1
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs folder of an environment that holds the wheel and nothing else.

    The libraries are those of the test environment, which a .pth file adds to its path: this
    test must run without a network. That path is read for modules only, so that an editable
    install of the checkout, which works by a .pth file of its own, stays out of sight.
    """
    environment = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    command: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "install"]
    command += ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run(command, check=True)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(
        subprocess.run(
            [python, "-c", code], capture_output=True, check=True, text=True
        ).stdout.strip()
    )
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    return programs


@dataclass(frozen=True)
class Site:
    """A running server, spoken to as a browser would, with its cookies."""

    url: str
    opener: urllib.request.OpenerDirector

    def get(self, path: str) -> tuple[str, bytes]:
        """Media type and content at a path, which must answer 200."""
        with self.opener.open(self.url + path, timeout=30) as response:
            assert response.status == 200
            return response.headers.get_content_type(), response.read()

    def page(self, path: str) -> str:
        """A page of HTML, when it is sound."""
        kind, content = self.get(path)
        assert kind == "text/html"
        html = content.decode("utf-8")
        assert_sound(html, path)
        return html

    def post(self, path: str, html: str, **fields: object) -> str:
        """The address that a form on the page ``html`` leads to when it is sent."""
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', html)
        assert token is not None
        boundary, body = encode_multipart({"csrf_token": token[1], **fields})
        kind = f"multipart/form-data; boundary={boundary}"
        request = urllib.request.Request(
            self.url + path, data=body, headers={"Content-Type": kind}, method="POST"
        )
        with self.opener.open(request, timeout=30) as response:
            assert response.status == 200
            return str(urllib.parse.urlsplit(response.url).path)


@pytest.fixture(scope="module")
def site(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The installed program, serving from a folder that has nothing to do with the checkout."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"HOME": str(elsewhere), "XDG_DATA_HOME": str(elsewhere / "data")}
    with (elsewhere / "log").open("wb") as log:
        server = subprocess.Popen(
            [installed / "evaltool", "serve", "--port", str(port)],
            cwd=elsewhere,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        here = Site(f"http://127.0.0.1:{port}", urllib.request.build_opener(cookies))
        _wait_for(here, server, elsewhere / "log")
        yield here
        kept = [path.name for path in (elsewhere / "data" / "evaltool").iterdir()]
        assert "evaltool.sqlite" in kept
    finally:
        server.terminate()
        server.wait(timeout=15)


def _wait_for(site: Site, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            site.get("/")
        except urllib.error.HTTPError as error:
            pytest.fail(f"{error}: {log.read_text(encoding='utf-8')}")
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not start: " + log.read_text(encoding="utf-8"))


def test_the_wheel_holds_every_file_of_the_program_and_no_other(wheel: Path) -> None:
    expected = {name for name in files_of_the_checkout() if name.startswith("evaltool/")}
    for folder in PACKAGED:
        expected |= {
            f"evaltool/{name}" for name in files_of_the_checkout() if name.startswith(f"{folder}/")
        }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode("utf-8")
        licences = {n.rpartition("/")[2] for n in archive.namelist() if "/licenses/" in n}
    assert re.search(r"^License(-Expression)?: EUPL-1.2$", metadata, re.MULTILINE)
    assert licences == {"LICENSE", "NOTICE"}


def test_building_leaves_the_checkout_alone(wheel: Path) -> None:
    assert wheel.is_file()
    assert not (ROOT / "build").exists()
    assert not (ROOT / "dist").exists()


def test_the_program_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import evaltool.paths as p; print(p.TEMPLATES); print(p.BENCHMARKS)"
    python = installed / Path(sys.executable).name
    shown = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    places = [Path(line) for line in shown.stdout.splitlines()]
    assert len(places) == 2
    assert all(place.is_relative_to(installed.parent) for place in places)


def test_the_installed_program_makes_a_report(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    command: list[str | Path] = [installed / "evaltool", "report", "answers.json"]
    command += ["--pdf", "out.pdf", "--json", "out.json"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-1.7")
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert report["legal_minimum"] == {"met": False, "missing": ["prevention_official"]}


def test_the_installed_program_finds_its_data_sound(installed: Path, tmp_path: Path) -> None:
    subprocess.run([installed / "evaltool", "check"], cwd=tmp_path, check=True)


def test_the_installed_program_serves_a_page_with_its_style(site: Site) -> None:
    html = site.page("/")
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', html)
    assert styles
    for address in styles:
        assert site.get(address)[0] == "text/css"


def test_the_installed_program_serves_the_blank_questionnaire(site: Site) -> None:
    kind, content = site.get("/questionnaire.pdf")
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF-1.7")


def test_the_installed_program_serves_charts_and_a_report(site: Site) -> None:
    file = FileStorage(io.BytesIO(json.dumps(ANSWERS).encode()), "answers.json", "file")
    evaluation = site.post("/evaluations/import", site.page("/"), file=file)
    site.post(f"{evaluation}/finish", site.page(f"{evaluation}/check"))
    assert "<svg" in site.page(f"{evaluation}/results")
    kind, content = site.get(f"{evaluation}/report.pdf")
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF-1.7")
