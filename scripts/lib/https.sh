# shellcheck shell=bash
# scripts/server --https: an own certificate, for phones on the same network. Browsers give camera and position only
# to pages that came over HTTPS (or from the machine itself).

HTTPS_DAYS=397 # browsers refuse longer ones

# lan_addresses: this machine's private IPv4 addresses. A public one is left out: --https is for the local network.
lan_addresses() {
  hostname -I 2>/dev/null | tr ' ' '\n' | grep -E '^(10|192\.168|172\.(1[6-9]|2[0-9]|3[01]))\.[0-9.]+$' || true
}

# certificate_names: what the certificate is good for.
certificate_names() {
  local names="DNS:localhost,IP:127.0.0.1,IP:::1" address
  for address in $(lan_addresses); do names+=",IP:$address"; done
  printf '%s\n' "$names"
}

# make_certificate: once; again when the addresses changed or it ends within a week.
make_certificate() {
  local folder=$VAR/https names
  names=$(certificate_names)
  mkdir -p "$folder"
  if [ -f "$folder/names" ] && [ "$(cat "$folder/names")" = "$names" ] \
    && openssl x509 -in "$folder/certificate.pem" -noout -checkend $((7 * 86400)) >/dev/null 2>&1; then
    return 0
  fi
  (umask 077 && logged openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days $HTTPS_DAYS \
    -subj "/CN=Geomonitor on $(hostname)" -addext "subjectAltName=$names" \
    -addext "extendedKeyUsage=serverAuth" -addext "basicConstraints=critical,CA:FALSE" \
    -keyout "$folder/key.pem" -out "$folder/certificate.pem") || stop_with "the certificate could not be made."
  write_if_new "$folder/names" 644 "$names"
}

# certificate_fingerprint: to compare with what the phone shows before trusting it.
certificate_fingerprint() {
  openssl x509 -in "$VAR/https/certificate.pem" -noout -fingerprint -sha256 | cut -d= -f2
}

# allowed_hosts: the names under which the pages may be asked for.
allowed_hosts() {
  printf '%s' "localhost,127.0.0.1,[::1]"
  local address
  for address in $(lan_addresses); do printf ',%s' "$address"; done
}
