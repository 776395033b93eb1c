using System.Net;
using System.Net.Sockets;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>Tests that speak to Debian's docker-registry on loopback.</summary>
public abstract class RegistryTest : RootTest
{
    /// <summary>The one user of a registry that has users, and the password, which holds what separates the two.</summary>
    protected const string User = "me", Password = "pass:word";

    private protected const string UserFile = "me:$2y$04$M1IM2Xh3gGcrdaQew9dErOs3QApm2hNuWfjUNt/vUhlS2daH00oke\n";

    /// <returns>Its name in references.</returns>
    private protected string StartRegistry(bool withUsers = false)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        probe.Dispose();
        string config = InWork($"registry{port}.yml");
        string auth = "";
        if (withUsers)
        {
            File.WriteAllText(InWork("users"), UserFile);
            auth = $"auth: {{htpasswd: {{realm: here, path: {Work}/users}}}}\n";
        }
        File.WriteAllText(config, $"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {Work}/registry{port}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n{auth}");
        Keep(Child.Start(Machine.Find("docker-registry")!, ["serve", config], HostEnvironment));
        Assert.True(SpinWait.SpinUntil(() => Answers(port), Child.Limit), "docker-registry does not come up");
        return $"127.0.0.1:{port}";
    }

    /// <summary>An image of two layers, under each of these names; the upper holds /opt/x/f.</summary>
    private protected static void MakeImage(Cli sampan, params string[] names)
    {
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "mkdir -p /opt/x; echo hi > /opt/x/f").Succeeds();
        sampan.Run("commit", "-m", "said hi", "box", names[0]).Succeeds();
        sampan.Run("rm", "box").Succeeds();
        foreach (string name in names[1..])
            sampan.Run("tag", names[0], name).Succeeds();
    }

    private static bool Answers(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
