"""Whether another site's page caused a request, as browsers say it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

OWN_SITES = frozenset({"same-origin", "none"})


def is_cross_site(headers: Headers) -> bool:
    """By `Sec-Fetch-Site` (W3C Fetch Metadata), and for older browsers by `Origin` (RFC 6454)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OWN_SITES
    origin = headers.get("origin")
    return origin is not None and not _is_ours(origin, headers)


def is_cross_site_navigation(headers: Headers) -> bool:
    """The same for a page that is opened: there an older browser says no `Origin`, but perhaps a `Referer`."""
    referer = headers.get("referer")
    if referer is None or "sec-fetch-site" in headers:
        return is_cross_site(headers)
    return not _is_ours(referer, headers)


def _is_ours(address: str, headers: Headers) -> bool:
    try:
        host = urlsplit(address).netloc
    except ValueError:  # no URL at all
        return False
    # Only the host is compared: behind a proxy the scheme we see is not the browser's.
    return host.lower() == headers.get("host", "").lower()
