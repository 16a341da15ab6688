"""The browser, before anything is tested with it."""

from playwright.sync_api import Browser


def test_it_runs_scripts(browser: Browser) -> None:
    """A page that only a real browser can make."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<title>no</title><script>document.title = [6, 7].join('')</script>")
        assert page.title() == "67"
