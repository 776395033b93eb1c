using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>podman(1) of an ordinary user: the runtime runs as root of podman's user namespace, and has there what podman was given.</summary>
public sealed class RootlessPodmanTests : RootTest
{
    private OrdinaryUser? _user;

    [Fact]
    public void Containers_of_an_ordinary_users_podman()
    {
        Machine.RequireSubordinateIds();
        Machine.RequirePrograms("podman", "conmon");
        _user = new OrdinaryUser(this);
        // Of a file system that anybody may mount there need be none, and to map ids of layers is not everybody's: plain copies.
        File.WriteAllText(InWork("containers.conf"), Peers.Podman.Configuration(_user.Program));
        Podman("import", Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"), "busybox").Succeeds();

        CommandResult run = Podman("run", "--rm", "--network", "none", "busybox", "sh", "-c", "id -u; cat /proc/self/uid_map; echo x >/dev/null; echo >/root/made; exit 3").ExitsWith(3);
        Assert.Equal(["0", $"0 {OrdinaryUser.Id} 1", $"1 {OrdinaryUser.First} {OrdinaryUser.Count}"], run.Lines.Select(static l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Podman("run", "--rm", "--network", "none", "busybox", "no-such-program").ExitsWith(127);
        Assert.Equal("1000", Podman("run", "--rm", "--network", "none", "--user", "1000", "busybox", "id", "-u").Succeeds().Line);
        Assert.Equal($"{OrdinaryUser.Id}", Podman("run", "--rm", "--network", "none", "--userns", "keep-id", "busybox", "id", "-u").Succeeds().Line);
        Assert.Equal("1000", Podman("run", "--rm", "--network", "none", "--userns", "auto:size=1000", "busybox", "sh", "-c", "set -- $(cat /proc/self/uid_map); echo $3").Succeeds().Line);

        // What stays in the background keeps the standard streams it is given.
        Assert.Equal(0, Script("$PODMAN run --detach --name one --network none busybox sleep 1000 </dev/null >/dev/null 2>&1").ExitCode);
        Assert.Equal("5 5", Podman("exec", "--user", "5:5", "one", "sh", "-c", "echo $(id -u) $(id -g)").Succeeds().Line);
        Podman("exec", "one", "sh", "-c", "exit 7").ExitsWith(7);
        Podman("stop", "--time", "0", "one").Succeeds();
        Podman("rm", "one").Succeeds();
        Assert.Empty(Podman("ps", "--all", "--quiet").Succeeds().Line);
    }

    private CommandResult Podman(params string[] arguments) => Script("exec $PODMAN \"$@\"", arguments);

    private CommandResult Script(string script, params string[] arguments)
        => _user!.StartProgram("env", ["CONTAINERS_CONF=" + InWork("containers.conf"), $"PODMAN=podman --storage-driver vfs --root {_user.Home}/store --runroot {_user.RuntimeDirectory}/store",
            "sh", "-c", script, "podman", .. arguments]).Finish();

    protected override void CleanUp()
    {
        base.CleanUp();
        if (_user is null)
            return;
        Podman("rm", "--all", "--force", "--time", "0");
        // The process that holds podman's user namespace.
        Podman("system", "migrate");
    }
}
