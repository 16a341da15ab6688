"""The check of a configuration: what each block has to say, and whether it does."""

import os
import stat
from collections.abc import Iterator

from ...carriers.nginx import config
from ...errors import CheckError
from ...settings import Settings
from ..finding import Finding
from .compare import Comparison, Difference, same_locations
from .handwritten import handwritten_locations, matters, model, passes_anywhere
from .hazards import lost, rewritten, taken_before
from .passing import Passing, passing
from .reading import read_file
from .reference import Reference
from .tree import Directive, Scope
from .words import Wording, group_of, name_of, path_of


def check_configuration(path: str, settings: Settings, target: config.Target) -> Iterator[Finding]:
    """Compares a configuration with what would be generated.

    Args:
        path: Of its main file, as `read_file` takes it.
        settings: The application's.
        target: The NGINX that it is for.

    Raises:
        CheckError: It can't be read, or has no `http` block.
    """
    http = next(Scope(read_file(path)).within("http"), None)
    if http is None:
        raise CheckError(
            "nginx",
            f"{path} has no http block",
            "Name nginx.conf itself, which includes the other files.",
        )
    yield from _Check(settings, target).http(http)


class _Check:
    """What all blocks are compared with."""

    def __init__(self, settings: Settings, target: config.Target) -> None:
        self._settings = settings
        self._reference = Reference(settings, target)
        self._comparison = Comparison(self._reference.root, self._reference.chosen)
        self._words = Wording(settings)

    def http(self, http: Scope) -> Iterator[Finding]:
        yield from self._http_part(http)
        servers = list(http.within("server"))
        ours = {server: self._ours(server) for server in servers}
        all_passing = {
            server: list(passing(server, ours[server], self._reference)) for server in servers
        }
        # Where the token is shown to, there is the application; if nowhere, it may be anywhere.
        shown_to = {each.to for some in all_passing.values() for each in some if each.shows_token}
        for server in servers:
            to_app = [p for p in all_passing[server] if not shown_to or p.to in shown_to]
            yield from self._server(server, to_app, ours[server], any(ours.values()))
        if not any(all_passing.values()):
            yield Finding(
                id="missing:pass",
                status="bad",
                group="The application",
                what="No location passes to an application",
                why="Nothing is asked that could hand a file over.",
                fix="proxy_pass http://127.0.0.1:8000;",
            )
        yield from self._open_files(http)

    def _ours(self, server: Scope) -> set[Directive]:
        pairs = same_locations(self._reference.server, server)
        return {found.directive for _, found in pairs if found is not None}

    def _http_part(self, http: Scope) -> Iterator[Finding]:
        group = "The http block"
        differences = list(self._comparison.differences(self._reference.http, http, ours=False))
        maps = [d for d in self._reference.http.block if d.name == "map"]
        missing = [d.expected for d in differences if d.kind == "missing"]
        if all(each in missing for each in maps):
            why = "NGINX doesn't start: the server part needs its maps."
            yield _missing_part("http", http, group, why)
            return
        yield from self._words.findings(differences, group)
        if not differences:
            yield _ok("http", group, "Maps and upstreams as generated", http)

    def _server(
        self, server: Scope, to_app: list[Passing], ours: set[Directive], elsewhere: bool
    ) -> Iterator[Finding]:
        group = group_of(server)
        if ours:
            yield from self._server_part(server, group)
        elif to_app and (not elsewhere or any(each.shows_token for each in to_app)):
            why = "Handoffs that the application gives to this server end in 404."
            yield _missing_part("server", server, group, why)
        for each in to_app:
            if ours or not elsewhere or each.shows_token:
                yield from self._location_part(each, group)
            else:
                yield _streamed(each, group)
        for scope in handwritten_locations(server, ours):
            yield from self._handwritten(scope, group)

    def _server_part(self, server: Scope, group: str) -> Iterator[Finding]:
        expected = self._reference.server
        differences = list(self._comparison.differences(expected, server, ours=False))
        yield from self._words.findings(differences, group)
        touched = {d.scope.directive for d in differences}
        pairs = same_locations(expected, server)
        right = [
            path_of(found)
            for _, found in pairs
            if found is not None and touched.isdisjoint(_with_blocks(found.directive))
        ]
        if right:
            yield _ok("locations", group, f"Locations as generated: {', '.join(right)}", server)
        prefix = self._settings.prefix
        yield from self._words.findings(taken_before(server, prefix), group)
        yield from rewritten(server, prefix, group)

    def _location_part(self, each: Passing, group: str) -> Iterator[Finding]:
        scope = each.scope
        expected = self._reference.locations[each.protocol]
        differences = list(self._comparison.differences(expected, scope, ours=False))
        if [d.kind for d in differences] == ["missing"] * len(expected.block):
            why = (
                f"The application at {each.to} doesn't know that NGINX is in front and streams "
                "each file itself; long signed URLs don't fit the buffers."
            )
            yield _missing_part("location", scope, group, why)
            return
        ignoring = next(iter(scope.holding(f"{each.module}_ignore_headers")), None)
        if ignoring and "x-accel-redirect" in [word.lower() for word in ignoring.arguments]:
            differences.append(Difference("extra", ignoring.name, "", scope, actual=ignoring))
        yield from self._words.findings(differences, group)
        yield from lost(each, self._reference.shows_token(each.protocol), group)
        if not differences:
            yield _ok(
                f"passes:{path_of(scope)}",
                group,
                f"{name_of(scope)} shows the token to {each.to}",
                scope,
            )

    def _handwritten(self, scope: Scope, group: str) -> Iterator[Finding]:
        group = f"{group}, {name_of(scope)}, which isn't ours"
        generated = model(self._reference)
        if generated is None:
            return
        differences = self._comparison.differences(generated, scope, ours=False)
        left = []
        for difference in filter(matters, differences):
            if difference.name == "proxy_pass":
                if why := passes_anywhere(scope, self._settings):
                    yield self._words.finding([difference], group, why)
            else:
                left.append(difference)
        yield from self._words.findings(left, group)

    def _open_files(self, http: Scope) -> Iterator[Finding]:
        """Finds files with the token that everyone on the machine can read."""
        token = self._settings.token
        if token is None:
            return
        holding = {d.file for d in _with_all(http.directive) if token in " ".join(d.arguments)}
        for file in sorted(holding):
            try:
                mode = os.stat(file).st_mode
            except OSError:
                # From the output of nginx -T, of another machine perhaps.
                continue
            if mode & stat.S_IROTH:
                yield Finding(
                    id="readable",
                    status="warn",
                    group="Files",
                    where=file,
                    what="Everyone on this machine can read the token",
                    why="Who knows it is shown signed URLs at the application's own port.",
                    fix=f"chmod o= {file}",
                )


def _ok(what: str, group: str, text: str, scope: Scope) -> Finding:
    return Finding(
        id=f"ok:{what}", status="ok", group=group, what=text, where=scope.directive.place
    )


def _missing_part(part: str, scope: Scope, group: str, why: str) -> Finding:
    where = f" in {name_of(scope)}" if scope.is_location else ""
    return Finding(
        id=f"missing:{part}-part",
        status="bad",
        group=group,
        where=scope.directive.place,
        what=f"The {part} part is missing{where}",
        why=why,
        fix=f"include xaccel/xaccel-{part}.conf;",
    )


def _streamed(each: Passing, group: str) -> Finding:
    return Finding(
        id="streamed",
        status="warn",
        group=group,
        where=each.scope.directive.place,
        what=f"{name_of(each.scope)} passes to {each.to}, and neither part is included",
        why="The application itself streams what is asked of this server.",
        fix="include xaccel/xaccel-server.conf;\ninclude xaccel/xaccel-location.conf;",
    )


def _with_blocks(directive: Directive) -> Iterator[Directive]:
    return (each for each in _with_all(directive) if each.block is not None)


def _with_all(directive: Directive) -> Iterator[Directive]:
    yield directive
    for each in directive.block or ():
        yield from _with_all(each)
