# mirror - where this machine's own apt gets Debian from, and what it calls the release. Sourced by
# bash.
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }'
}
