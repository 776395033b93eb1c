using System.Diagnostics;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>What tests of containers under another engine have in common.</summary>
public abstract class PeerTest : RootTest
{
    private readonly Peer _peer;

    private protected PeerTest(Peer peer) => _peer = peer;

    /// <summary>Runs the engine's command to its end, with nothing on standard input.</summary>
    internal CommandResult Run(params string[] arguments) => Start(arguments).Finish();

    internal Child Start(params string[] arguments) => Keep(_peer.Room.Start(_peer.Command(arguments)));

    internal Child StartOnTerminal(params string[] arguments) => Keep(_peer.Room.StartOnTerminal(_peer.Command(arguments)));

    internal CommandResult RunWithInput(string input, params string[] arguments)
    {
        Child child = Start(arguments);
        child.Write(input);
        return child.Finish();
    }

    /// <summary>Runs the command until it prints <paramref name="wanted"/>.</summary>
    internal void WaitFor(string wanted, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        CommandResult last;
        while ((last = Run(arguments).Succeeds()).Line != wanted)
        {
            Assert.True(clock.Elapsed < Child.Limit, $"never printed \"{wanted}\"\n{last}");
            Thread.Sleep(50);
        }
    }

    /// <summary>A file of a container's cgroup as the container sees it.</summary>
    internal static string CgroupFile(string controller, string v1, string v2)
        => Machine.CgroupV1(controller) != null ? $"/sys/fs/cgroup/{controller}/{v1}" : $"/sys/fs/cgroup/{v2}";

    private protected override IEnumerable<string> Marks => _peer.IsHere ? [.. base.Marks, _peer.Room.Token] : base.Marks;

    protected override void CleanUp()
    {
        if (!_peer.IsHere)
            return;
        _peer.RemoveContainers();
        _peer.Room.AssertNoMountLeft();
    }
}
