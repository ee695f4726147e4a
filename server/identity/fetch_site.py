"""Whether a page of another site caused a request, by what browsers send."""

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
    return origin is not None and not _is_own_site(origin, headers)


def is_cross_site_navigation(headers: Headers) -> bool:
    """The same for a page that is opened. There older browsers send no `Origin`, but perhaps a `Referer`."""
    referer = headers.get("referer")
    if referer is None or "sec-fetch-site" in headers:
        return is_cross_site(headers)
    return not _is_own_site(referer, headers)


def _is_own_site(address: str, headers: Headers) -> bool:
    try:
        host = urlsplit(address).netloc
    except ValueError:  # not a URL
        return False
    # Only the host is compared: behind a proxy, the relay does not see the scheme that the browser uses.
    return host.lower() == headers.get("host", "").lower()
