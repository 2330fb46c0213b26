"""The own certificate of scripts/server --https."""

import ssl

from tests.setup.shell import Shell

NETWORK = 'hostname() { if [ "${1:-}" = -I ]; then echo "192.168.1.7 8.8.8.8 10.0.0.3 fe80::1"; else echo here; fi; }\n'
MOVED = NETWORK.replace("192.168.1.7", "192.168.9.9")


def test_it_is_for_this_machine_and_its_private_addresses(shell: Shell) -> None:
    shell.says(NETWORK + "make_certificate")
    context = ssl.create_default_context(cafile=str(shell.clone / "var" / "https" / "certificate.pem"))
    certificate = context.get_ca_certs()
    shown = shell.says(
        'openssl x509 -in "$VAR/https/certificate.pem" -noout -ext subjectAltName,extendedKeyUsage | tail -n +2'
    )
    assert certificate == []  # it signs nothing else
    assert "DNS:localhost, IP Address:127.0.0.1" in shown
    assert "IP Address:192.168.1.7, IP Address:10.0.0.3" in shown
    assert "8.8.8.8" not in shown
    assert "TLS Web Server Authentication" in shown


def test_it_keeps_the_certificate_that_phones_trust(shell: Shell) -> None:
    first = shell.says(NETWORK + "make_certificate; certificate_fingerprint")
    assert shell.says(NETWORK + "make_certificate; certificate_fingerprint") == first


def test_it_makes_another_when_the_address_changed(shell: Shell) -> None:
    first = shell.says(NETWORK + "make_certificate; certificate_fingerprint")
    assert shell.says(MOVED + "make_certificate; certificate_fingerprint") != first


def test_it_keeps_the_key_to_itself(shell: Shell) -> None:
    shell.says(NETWORK + "make_certificate")
    assert (shell.clone / "var" / "https" / "key.pem").stat().st_mode & 0o077 == 0


def test_it_allows_these_names_only(shell: Shell) -> None:
    assert shell.says(NETWORK + "allowed_hosts") == "localhost,127.0.0.1,[::1],192.168.1.7,10.0.0.3"
