import re
from tests.browser.test_lost_connection import *
from tests.faults.test_storage import database_of, full
from tests.conftest import *
def test_shots(chromium, server, path, axe_source):
    for w in (1200, 390):
        ctx = chromium.new_context(locale="nl-BE", viewport={"width": w, "height": 900})
        p = ctx.new_page()
        p.goto(f"{server.address}{path}/plan"); 
        typed_in_vain(p, server, path)
        p.screenshot(path=f"/tmp/shots/unkept-{w}.png", full_page=False)
        p.locator(".unkept").nth(1).scroll_into_view_if_needed()
        p.screenshot(path=f"/tmp/shots/unkept2-{w}.png", full_page=False)
        server.start()
        ctx.close()
    held = server.app.extensions["evaltool"]
    from evaltool.store import DatabaseFull
    def fail(*a, **k): raise DatabaseFull
    id_ = path.rsplit("/")[-1]
    held.evaluations.finish(id_, at=held.now())
    for name in ("add","save","replace","change"):
        if hasattr(held.plans, name): setattr(held.plans, name, fail)
    for w in (1200, 390):
        for lang in ("nl", "en"):
            ctx = chromium.new_context(viewport={"width": w, "height": 900})
            p = ctx.new_page()
            p.goto(f"{server.address}{path}/plan?lang={lang}")
            p.locator("form[action$='/plan/add'] [name=title]").fill("Een actie die ik net typte")
            p.locator("form[action$='/plan/add'] [name=remark]").fill("Eerst met de korpschef spreken.\nDaarna pas de cel.")
            p.locator("form[action$='/plan/add'] button").first.click()
            p.wait_for_load_state()
            for d in p.locator("details").all(): d.locator("summary").click()
            looker(axe_source)(p)
            p.screenshot(path=f"/tmp/shots/again-{w}-{lang}.png")
            ctx.close()
