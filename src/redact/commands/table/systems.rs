//! Systems and networks: accounts, remote access, keys, archives.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        &["openssl"],
        &[
            "-pass|-passin|-passout|-password pass:PASSWORD",
            "enc|aes-256-cbc|aes-128-cbc|des3 -k PASSWORD",
            "enc|aes-256-cbc|aes-128-cbc|des3 -K KEY",
            "dgst -hmac KEY",
            "-macopt key:KEY",
            "-macopt hexkey:KEY",
            "-psk KEY",
            "passwd -1|-5|-6|-apr1 PASSWORD",
        ],
    ),
    row(
        &["keytool", "jarsigner"],
        &[
            "-storepass|-keypass|-srcstorepass|-deststorepass|-srckeypass|-destkeypass|-new PASSWORD",
        ],
    ),
    row(&["apksigner"], &["--ks-pass|--key-pass pass:PASSWORD"]),
    row(&["ssh-keygen"], &["-N|-P PASSWORD", "-NPASSWORD"]),
    row(&["sshpass"], &["-p PASSWORD", "-pPASSWORD"]),
    row(&["plink", "pscp", "psftp"], &["-pw PASSWORD"]),
    row(
        &["smbclient", "rpcclient", "smbget", "wbinfo", "winexe"],
        &[
            "-U|--user|-a USER%PASSWORD",
            "-UUSER%PASSWORD",
            "--user=USER%PASSWORD",
        ],
    ),
    row(
        &[
            "smbmap",
            "evil-winrm",
            "crackmapexec",
            "netexec",
            "rdesktop",
            "hydra",
            "medusa",
        ],
        &["-p PASSWORD"],
    ),
    row(
        &["net"],
        &[
            "use \\\\* PASSWORD",
            "user USER PASSWORD",
            "-U USER%PASSWORD",
        ],
    ),
    row(
        &["psexec", "psexec64", "paexec"],
        &["-p PASSWORD", "USER:PASSWORD@HOST"],
    ),
    row(&["schtasks"], &["/rp|/p PASSWORD"]),
    row(&["winrs"], &["-p:PASSWORD", "/p:PASSWORD"]),
    row(
        &[
            "xfreerdp",
            "wlfreerdp",
            "sdl-freerdp",
            "xfreerdp3",
            "wfreerdp",
        ],
        &["/p:PASSWORD", "/gp:PASSWORD", "-p PASSWORD"],
    ),
    row(&["cmdkey"], &["/pass:PASSWORD", "/p:PASSWORD"]),
    row(&["wmic"], &["/password:PASSWORD"]),
    row(&["ktpass"], &["/pass|-pass PASSWORD"]),
    row(&["reg"], &["add /v *assword /d PASSWORD"]),
    row(
        &["wmiexec", "smbexec", "secretsdump", "mssqlclient"],
        &["USER:PASSWORD@HOST"],
    ),
    row(
        &["nmcli"],
        &[
            "password|wifi-sec.psk|wifi-sec.leap-password|802-11-wireless-security.psk|802-1x.password PASSWORD",
        ],
    ),
    row(&["iwctl"], &["--passphrase|-P PASSWORD"]),
    row(
        &["wpa_cli"],
        &["set_network ID psk|password|wep_key0 PASSWORD"],
    ),
    row(
        &["netsh"],
        &["wlan keymaterial=PASSWORD", "wlan set key=PASSWORD"],
    ),
    row(&["iwconfig"], &["key s:PASSWORD"]),
    row(
        &["networksetup"],
        &["-setairportnetwork IFACE SSID PASSWORD"],
    ),
    row(&["dscl"], &["-passwd PATH PASSWORD"]),
    row(&["signtool"], &["/p PASSWORD"]),
    row(&["osslsigncode"], &["-pass PASSWORD"]),
    row(&["certutil"], &["-p PASSWORD"]),
    row(
        &["convertto-securestring"],
        &["-String PASSWORD", "PASSWORD -AsPlainText"],
    ),
    row(
        &["7z", "7za", "7zr", "7zz", "rar", "unrar"],
        &["-pPASSWORD", "-hpPASSWORD"],
    ),
    row(&["zip", "unzip"], &["-*P PASSWORD", "-PPASSWORD"]),
    row(&["pdftotext"], &["-upw|-opw PASSWORD"]),
    row(&["pdftk"], &["user_pw|owner_pw|input_pw PASSWORD"]),
    row(
        &["qpdf"],
        &["--encrypt PASSWORD", "--encrypt USER PASSWORD"],
    ),
    row(&["veracrypt"], &["-p PASSWORD"]),
    row(&["oathtool"], &["-b|--base32 SECRET"]),
    row(
        &["security"],
        &[
            "unlock-keychain|create-keychain -p PASSWORD",
            "import -P PASSWORD",
            "set-key-partition-list -k PASSWORD",
            "add-generic-password|add-internet-password -w PASSWORD",
        ],
    ),
    row(
        &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldapwhoami",
            "ldapcompare",
            "ldapmodrdn",
        ],
        &["-w PASSWORD", "-wPASSWORD"],
    ),
    row(&["ldappasswd"], &["-w|-s|-a PASSWORD"]),
    row(&["kadmin"], &["-w PASSWORD", "addprinc|cpw -pw PASSWORD"]),
    row(
        &["samba-tool"],
        &["user create|add USER PASSWORD", "-U USER%PASSWORD"],
    ),
    row(
        &[
            "snmpwalk",
            "snmpget",
            "snmpset",
            "snmpbulkwalk",
            "snmpbulkget",
            "snmpgetnext",
            "snmptable",
            "snmpstatus",
            "snmptrap",
            "snmpinform",
        ],
        &["-A|-X PASSWORD", "-c SECRET"],
    ),
    row(
        &["doveadm"],
        &["pw -p PASSWORD", "auth test|login USER PASSWORD"],
    ),
    row(&["testsaslauthd"], &["-p PASSWORD"]),
    row(&["radtest"], &["USER PASSWORD HOST"]),
    row(
        &["ipmitool"],
        &["-P PASSWORD", "user set password ID PASSWORD"],
    ),
    row(&["racadm"], &["-p PASSWORD"]),
    row(&["wpa_passphrase"], &["SSID PASSWORD"]),
    row(&["useradd", "usermod"], &["-p PASSWORD"]),
];
