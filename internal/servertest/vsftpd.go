package servertest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A Vsftpd is one of the test's own. Anybody may read its files, and write below
// /in. Over TLS a data connection must take up the session of the control
// connection.
type Vsftpd struct {
	Port string
	Root string // of its files
	log  string
}

const vsftpdConf = `
background=NO
listen=YES
listen_address=127.0.0.1
listen_port=PORT
pasv_address=127.0.0.1
seccomp_sandbox=NO
secure_chroot_dir=EMPTY
anonymous_enable=YES
anon_root=ROOT
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file=LOG
`

const vsftpdTLS = `
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
rsa_cert_file=CERT
rsa_private_key_file=KEY
`

// StartVsftpd starts a server, with TLS where it is given a certificate and a key.
// It takes root.
func StartVsftpd(t *testing.T, cert, key string) *Vsftpd {
	t.Helper()
	program := Need(t, "vsftpd")
	if os.Getuid() != 0 {
		t.Skip("vsftpd takes root")
	}
	dir := t.TempDir()
	v := &Vsftpd{Port: freePort(t), Root: filepath.Join(dir, "root"), log: filepath.Join(dir, "log")}
	// What the server's own user goes through is nobody's secret.
	for at := dir; strings.HasPrefix(at, os.TempDir()+"/"); at = filepath.Dir(at) {
		must(t, os.Chmod(at, 0o755))
	}
	for _, name := range []string{"root", "root/in", "empty"} {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o755))
	}
	must(t, os.Chmod(filepath.Join(v.Root, "in"), 0o777))
	conf := vsftpdConf
	if cert != "" {
		conf += vsftpdTLS
	}
	conf = strings.NewReplacer("PORT", v.Port, "ROOT", v.Root, "EMPTY", filepath.Join(dir, "empty"), "LOG", v.log, "CERT", cert, "KEY", key).Replace(conf)
	file := filepath.Join(dir, "vsftpd.conf")
	must(t, os.WriteFile(file, []byte(conf), 0o600))
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, file)
	cmd.WaitDelay = time.Second
	must(t, cmd.Start())
	t.Cleanup(func() {
		stop()
		cmd.Wait()
		if t.Failed() {
			t.Logf("vsftpd said:\n%s", v.Log())
		}
	})
	Eventually(t, "vsftpd listens", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+v.Port)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return v
}

// Log is what the server has written down of its dialogues.
func (v *Vsftpd) Log() string {
	text, _ := os.ReadFile(v.log)
	return string(text)
}
