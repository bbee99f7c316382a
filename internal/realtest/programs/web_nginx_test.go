package programs

import (
	"strings"
	"testing"

	"github.com/phpstream-go/phpstream/internal/servertest"
	"github.com/phpstream-go/phpstream/internal/testcert"
)

// nginxConf answers as a site does. What comes back to its sender, and what
// takes long, is a site's affair behind it.
const nginxConf = `
map $arg_n $next { 9 8; 8 7; 7 6; 6 5; 5 4; 4 3; 3 2; 2 1; 1 0; }
server { listen 127.0.0.1:PORT-clear; LOCATIONS }
server { listen 127.0.0.1:PORT-secure ssl; ssl_certificate CERT/localhost.pem; ssl_certificate_key CERT/localhost.key; LOCATIONS }
`

const nginxLocations = `
charset utf-8;
absolute_redirect off;
location = /redirect {
	if ($next = "") { return 200 there; }
	return 302 /redirect?n=$next;
}
location = /status {
	if ($arg_is = 404) { return 404; }
	return 500;
}
location = /chunks { sub_filter_types text/plain; sub_filter - -; try_files /chunks.txt =404; }
location = /gzip { gzip on; gzip_types text/plain; try_files /packed.txt =404; }
location = /large { try_files /$arg_size.bin =404; }
location = /drip { proxy_buffering off; proxy_pass http://127.0.0.1:SITE; proxy_set_header Host $http_host; }
location / {
	proxy_pass http://127.0.0.1:SITE;
	proxy_set_header Host $http_host;
}
`

// startNginx starts nginx with a site behind it.
func startNginx(t *testing.T, dir string, cert *testcert.Cert) webServer {
	t.Helper()
	cert.Write(dir, "localhost")
	behind := &site{}
	conf := strings.ReplaceAll(nginxConf, "LOCATIONS", nginxLocations)
	n := servertest.StartNginx(t, strings.NewReplacer("SITE", behind.start(t, nil), "CERT", dir).Replace(conf))
	for name, text := range map[string]string{
		"chunks.txt":   "abcdef",
		"packed.txt":   strings.Repeat("packed ", 20),
		"20000.bin":    strings.Repeat("0123456789", 20000/10),
		"100000.bin":   strings.Repeat("0123456789", 100000/10),
		"52428800.bin": strings.Repeat("0123456789abcdef", 52428800/16),
	} {
		testcert.WriteFile(n.Root, name, []byte(text))
	}
	return webServer{
		clear:  n.Ports["clear"],
		secure: n.Ports["secure"],
		asked:  func() string { return n.Seen(t) + behind.asked() },
		byTLS:  " tls=TLSv1.",
		misled: "host=127.0.0.1:" + n.Ports["secure"],
	}
}
