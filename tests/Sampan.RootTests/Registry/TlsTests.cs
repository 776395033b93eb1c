using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>Debian's docker-registry with TLS, in a network namespace: on loopback no certificate would be looked at.</summary>
public sealed class TlsTests : RegistryTest
{
    private const string Address = "192.0.2.1", OtherAddress = "192.0.2.2", Registry = Address + ":5000";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _room;

    private string Trust => InWork($"config/containers/certs.d/{Registry}/x");

    [Fact]
    public void A_registry_of_an_own_authority_is_trusted_where_its_certificate_lies()
    {
        StartTls(clients: false);
        Cli maker = NewSampan("maker");
        MakeImage(maker, $"{Registry}/app", $"{OtherAddress}:5000/app");
        Inside(maker, "push", "-q", $"{Registry}/app").FailsWith(1, $"registry {Registry}", "signed by an unknown authority", $"/etc/containers/certs.d/{Registry}/ca.crt", "--tls-verify=false");
        File.Copy(InWork("ca.pem"), Trust[..^1] + "ca.crt");
        Inside(maker, "push", "-q", $"{Registry}/app").Succeeds();
        Inside(NewSampan(), "pull", "-q", $"{Registry}/app").Succeeds();

        Inside(maker, "push", "-q", $"{OtherAddress}:5000/app").FailsWith(1, "for another name");
        Inside(maker, "push", "-q", "--tls-verify=false", $"{OtherAddress}:5000/app").Succeeds();
    }

    [Fact]
    public void A_registry_that_wants_a_certificate_gets_ours()
    {
        StartTls(clients: true);
        File.Copy(InWork("ca.pem"), Trust[..^1] + "ca.crt");
        Cli sampan = NewSampan();
        MakeImage(sampan, $"{Registry}/app");
        Inside(sampan, "push", "-q", $"{Registry}/app").ExitsWith(1).SaysOneLine(Registry);
        File.Copy(InWork("client.pem"), Trust[..^1] + "client.cert");
        Inside(sampan, "push", "-q", $"{Registry}/app").FailsWith(1, "client.cert", "its key");
        File.Copy(InWork("client.key"), Trust[..^1] + "client.key");
        Inside(sampan, "push", "-q", $"{Registry}/app").Succeeds();
    }

    [Fact]
    public void A_password_is_never_sent_in_the_clear_to_a_registry_that_is_not_marked_so()
    {
        Serve("");
        Cli sampan = NewSampan();
        Inside(sampan, "login", "-u", User, "-p", Password, Registry).ExitsWith(1);
        Inside(sampan, "pull", "-q", $"{Registry}/app").FailsWith(1, Registry, "does not speak TLS");
        File.WriteAllText(InWork("config/containers/registries.conf"), $"[[registry]]\nlocation = '{Registry}'\ninsecure = true\n");
        Inside(sampan, "login", "-u", User, "-p", Password, Registry).Succeeds();
        Inside(sampan, "pull", "-q", $"{Registry}/app").FailsWith(1, "not found");
    }

    private void StartTls(bool clients)
    {
        var request = new CertificateRequest("CN=authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText(InWork("ca.pem"), authority.ExportCertificatePem());
        Issue(authority, "server", 1);
        Issue(authority, "client", 2);
        Serve($"    tls: {{certificate: {Work}/server.pem, key: {Work}/server.key{(clients ? $", clientcas: [{Work}/ca.pem]" : "")}}}\n");
    }

    private void Issue(X509Certificate2 authority, string name, byte serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Address));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), [serial]);
        File.WriteAllText(InWork($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(InWork($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private void Serve(string tls)
    {
        File.WriteAllText(InWork("users"), UserFile);
        string auth = tls.Length > 0 ? "" : $"auth: {{htpasswd: {{realm: here, path: {Work}/users}}}}\n";
        File.WriteAllText(InWork("registry.yml"), $"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {Work}/registry}}}}\n{auth}http:\n    addr: ':5000'\n{tls}");
        string script = $"ip link set lo up && ip addr add {Address}/32 dev lo && ip addr add {OtherAddress}/32 dev lo && echo ready && exec docker-registry serve {Work}/registry.yml";
        Child room = Keep(Child.Start("/usr/bin/unshare", ["--net", "sh", "-c", script], HostEnvironment));
        room.WaitFor("ready");
        _room = room.Pid;
        Directory.CreateDirectory(Path.GetDirectoryName(Trust)!);
        // The kernel's list of listening sockets of the room, port 5000 in hexadecimal.
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{_room}/net/tcp6").Contains(":1388 "), Child.Limit), "docker-registry does not come up");
    }

    private CommandResult Inside(Cli sampan, params string[] arguments)
    {
        var environment = HostEnvironment;
        environment["SAMPAN_ROOT"] = sampan.Store.Root;
        environment["SAMPAN_RUNROOT"] = sampan.Store.RunRoot;
        environment["XDG_CONFIG_HOME"] = InWork("config");
        environment["REGISTRY_AUTH_FILE"] = InWork("auth.json");
        return Keep(Child.Start("/usr/bin/nsenter", [$"--net=/proc/{_room}/ns/net", Path.Combine(Machine.Programs, "sampan"), .. arguments], environment)).Finish();
    }
}
