"""A shop in one file: pages in the page cache, fragments, low-level keys, versioned keys, sessions."""

import itertools

from django.core.cache import caches
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_headers

# How often a page was really made, so that whoever asks can tell a cached answer from a new one.
MADE = itertools.count(1)


def page(request, name):
    return HttpResponse(f"<h1>{name}</h1><p>made {next(MADE)}</p>")


@cache_page(300)
def home(request):
    return page(request, "home")


@cache_page(300, cache="shop")
@vary_on_headers("X-Tenant", "Accept-Language", "Accept-Encoding")
def products(request):
    return page(request, f"products of {request.headers.get('X-Tenant', 'everybody')}")


@cache_page(300, cache="packed", key_prefix="catalog")
@vary_on_headers("X-Tenant")
def catalog(request, name):
    return page(request, name)


def sidebar(request):
    """Two fragments: one for each user and page number, one for everybody."""
    context = {"user": request.GET.get("user", "bob"), "page": request.GET.get("page", "1")}
    return render(request, "sidebar.html", {**context, "made": next(MADE)})


def login(request):
    request.session["user"] = request.GET.get("user", "bob")
    request.session["cart"] = [1, 2, 3]
    request.session.save()
    return JsonResponse({"session": request.session.session_key})


def whoami(request):
    return JsonResponse({"user": request.session.get("user")})


def products_version():
    """The namespace version: raising the counter makes all of its keys old at once."""
    return caches["shop"].get_or_set("cache_version:products", 1, None)


def cached_product(request, number):
    """A low-level key that carries the namespace version."""
    key = f"products:v{products_version()}:{number}"
    product = caches["shop"].get_or_set(key, lambda: {"id": number, "made": next(MADE)})
    return JsonResponse({"key": key, **product})


def product_api(request, number):
    """A product as the database has it: what cachectl warms caches with."""
    return JsonResponse({"id": number, "made": next(MADE)})


def banner(request, number):
    """The version of the namespace is VERSION of Django's own keys."""
    shop = caches["shop"]
    version = shop.get_or_set("cache_version:release", 3, None)
    made = shop.get_or_set(f"banner:{number}", lambda: {"id": number, "made": next(MADE)}, version=version)
    return JsonResponse({"key": f"banner:{number}", **made})


VALUES = {
    "user:42": {"name": "Zoë", "roles": ["admin", "buyer"], "age": 41},
    "count": 42,
    "long": "a long text " * 40,
    "nothing": None,
    "glob [a-z]*?": "a key with glob characters",
}


def fill(request):
    """The same values in every cache, under the same keys."""
    for alias in caches:
        for key, value in VALUES.items():
            caches[alias].set(key, value)
    caches["shop"].set("user:42", VALUES["user:42"], version=7)
    return JsonResponse({"filled": list(VALUES)})


def api_value(request):
    """One of the values as JSON, with a header that tells how often it was made: what `cachectl warm` fetches."""
    return JsonResponse(VALUES[request.GET["key"]], safe=False, headers={"X-Made": next(MADE)})


def count(request, alias):
    """Counts a key up, which works only on an integer that is stored as Django stores one."""
    return JsonResponse({"value": caches[alias].incr(request.GET["key"])})


def value(request, alias):
    return JsonResponse({"value": caches[alias].get(request.GET["key"])})


def names(request):
    """How Django itself calls a key, for comparing."""
    return JsonResponse({"physical": str(caches[request.GET["alias"]].make_key(request.GET["key"]))})


urlpatterns = [
    path("", home),
    path("products/", products),
    path("catalog/<str:name>/", catalog),
    path("sidebar/", sidebar),
    path("login/", login),
    path("whoami/", whoami),
    path("product/<int:number>/", cached_product),
    path("api/product/<int:number>/", product_api),
    path("banner/<int:number>/", banner),
    path("fill/", fill),
    path("api/values/", api_value),
    path("value/<str:alias>/", value),
    path("count/<str:alias>/", count),
    path("names/", names),
]
