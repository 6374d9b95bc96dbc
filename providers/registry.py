"""All sites by name."""

from collections.abc import Mapping

from providers.door import Door
from providers.gearsms import GearSms
from providers.getsms import GetSms
from providers.gotsms import GotSms
from providers.gsim import Gsim
from providers.site import Site
from providers.smsgig import SmsGig

SITES: Mapping[str, type[Site]] = {site.key: site for site in (GearSms, Gsim, SmsGig, GetSms, GotSms)}


def open_sites(urls: Mapping[str, str]) -> dict[str, Site]:
    """Every site behind a door of its own. `urls`: base URLs by site key, where they are not the default."""
    return {key: site(Door(key, urls.get(key, site.default_url))) for key, site in SITES.items()}
