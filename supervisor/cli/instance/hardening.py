"""What a system unit takes away from Gerald. Each comment says what the line below it must not break."""

HARDENING = """
# What follows takes away what Gerald does not need (`systemd-analyze security {name}`). A line that is in the way of
# something can be changed with `systemctl edit {name}`. Left out on purpose are MemoryDenyWriteExecute, since the
# speech recognizer makes machine code while it loads; ProcSubset=pid, since load and memory are read from /proc;
# PrivateDevices, since sound and cameras are devices; PrivateNetwork and IPAddressDeny, since VRChat, model servers
# and viewers of the trace are reached by network.

# Privileges: the ports are above 1024. Only a negative actors.*.nice is refused, with a warning.
CapabilityBoundingSet=
NoNewPrivileges=yes
RestrictSUIDSGID=yes
# Files: all is read-only but the home. Folders outside of it that the configuration writes to (backups, logs, recorded
# sound) are to be named here too. Homes can be read, since the program, the key file or VRChat's log may be in one.
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={home}
PrivateMounts=yes
# Temporary files: `supervisor status` must find the control socket, so that one is not in the private /tmp.
PrivateTmp=yes
RuntimeDirectory={name}
RuntimeDirectoryMode=0700
Environment=TMPDIR=%t/{name}
# Devices: sound cards, cameras, and what every program has.
DevicePolicy=closed
DeviceAllow=char-alsa rw
DeviceAllow=char-video4linux rw
# Processes: Gerald measures its own, which are its user's.
ProtectProc=invisible
RestrictNamespaces=yes
# Users: its own and root are known; the owner of a file may show as "nobody".
PrivateUsers=yes
# Network: IPv4, IPv6, local sockets (control, sound server), and netlink, which tells this machine's addresses.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
# Shared memory: pictures and accounts are in /dev/shm, which this does not take from a user while a session is open.
RemoveIPC=yes
# System calls: numeric libraries choose cores, priorities and memory nodes (@resources). A call that is refused fails
# instead of ending the process.
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
# Never used: setting the clock, the host's name or the kernel, its log and modules, control groups, real-time priority,
# other personalities.
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictRealtime=yes
LockPersonality=yes
"""
"""For `str.format`: home, name."""
