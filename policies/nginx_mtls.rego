# Policies over `nginx-mtls-exporter dump --format opa`: what each server block comes to, after
# inheritance. Fields that are unset are absent. docs/commands.md shows how to run them.
package nginx.mtls

import rego.v1

# A plain HTTP server block, a redirect say, is nobody's mTLS endpoint.
tls_servers contains server if {
	some server in input.servers
	server.ssl
}

asking_servers contains server if {
	some server in tls_servers
	server.ssl_verify_client != "off"
}

deny contains message if {
	some server in asking_servers
	server.ssl_verify_client == "optional"
	message := sprintf(
		"%s:%d: ssl_verify_client is optional; a client without a certificate gets in unless something else refuses it",
		[server.file, server.line],
	)
}

deny contains message if {
	some server in tls_servers
	server.ssl_verify_client == "off"
	message := sprintf("%s:%d: ssl_verify_client is off; nobody is asked for a certificate", [server.file, server.line])
}

deny contains message if {
	some server in asking_servers
	not server.ssl_client_certificate
	message := sprintf("%s:%d: ssl_client_certificate is not set; no client CA is announced", [server.file, server.line])
}

deny contains message if {
	some server in asking_servers
	server.ssl_verify_depth < 2
	message := sprintf(
		"%s:%d: ssl_verify_depth is %d; below 2 a chain with two intermediates is refused",
		[server.file, server.line, server.ssl_verify_depth],
	)
}
