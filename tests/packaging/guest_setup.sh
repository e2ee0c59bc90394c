#!/bin/sh
# Inside a container: an nginx that asks clients for a certificate, with files of all the owners that hosts have.
set -eu

pki=/etc/nginx/pki
mkdir -p "$pki" && cd "$pki"
for name in clients server; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 300 -subj "/CN=$name" \
        -addext subjectAltName=DNS:api.example.test 2>/dev/null
done
chmod 600 clients.pem  # of root alone: what the capability is for
cat >/etc/nginx/conf.d/mtls.conf <<'CONF'
server {
    listen 127.0.0.1:8443 ssl;
    server_name api.example.test;
    ssl_certificate /etc/nginx/pki/server.pem;
    ssl_certificate_key /etc/nginx/pki/server.key;
    ssl_client_certificate /etc/nginx/pki/clients.pem;
    ssl_verify_client on;
}
CONF
nginx -t -q
systemctl restart nginx
