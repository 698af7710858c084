"""Who is calling, behind proxies or not."""

import ipaddress

import pytest

from idp.network import client_ip


@pytest.fixture
def proxies(settings):
    def trust(*networks):
        settings.TRUSTED_PROXIES = tuple(ipaddress.ip_network(network) for network in networks)

    return trust


def test_a_stranger_cannot_choose_an_address(proxies):
    proxies("10.0.0.0/8")
    assert client_ip("203.0.113.9", "192.0.2.1") == "203.0.113.9"


def test_a_trusted_proxy_is_believed_for_one_hop(proxies):
    proxies("10.0.0.0/8")
    assert client_ip("10.0.0.1", "192.0.2.66, 203.0.113.9") == "203.0.113.9"


def test_a_chain_of_trusted_proxies_is_walked(proxies):
    proxies("10.0.0.0/8")
    assert client_ip("10.0.0.1", "203.0.113.9, 10.0.0.2") == "203.0.113.9"


def test_nonsense_never_stands_for_an_address(proxies):
    proxies("10.0.0.0/8")
    assert client_ip("10.0.0.1", "203.0.113.9, <script>") == "10.0.0.1"


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_address(proxies):
    proxies("10.0.0.0/8")
    assert client_ip("::ffff:10.0.0.1", "203.0.113.9") == "203.0.113.9"


def test_a_unix_socket_is_local(proxies):
    proxies()
    assert client_ip("", "203.0.113.9") == "127.0.0.1"
