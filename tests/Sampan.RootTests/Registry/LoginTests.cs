using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>A registry that wants to know who asks.</summary>
public sealed class LoginTests : RegistryTest
{
    private string AuthFile => InWork("auth/auth.json");

    [Fact]
    public void Who_is_logged_in_pushes_and_pulls_and_nobody_else()
    {
        string registry = StartRegistry(withUsers: true);
        Cli sampan = Here(NewSampan());
        MakeImage(sampan, $"{registry}/app");
        sampan.Run("push", "-q", $"{registry}/app").FailsWith(1, "access denied", $"sampan login {registry}");
        sampan.RunWithInput("wrong\n", "login", "-u", User, "--password-stdin", registry).FailsWith(1, registry, "incorrect username or password");
        Assert.False(File.Exists(AuthFile));

        Assert.Equal("Login Succeeded", sampan.RunWithInput(Password + "\n", "login", "-u", User, "--password-stdin", registry).Succeeds().Line);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AuthFile));
        sampan.Run("push", "-q", $"{registry}/app").Succeeds();
        Here(NewSampan("other")).Run("pull", "-q", $"{registry}/app").Succeeds();
        Host("skopeo", "copy", "--authfile", AuthFile, "--src-tls-verify=false", $"docker://{registry}/app", $"dir:{Work}/copy").Succeeds();

        Assert.Equal($"Removing login credentials for {registry}", sampan.Run("logout", registry).Succeeds().Line);
        Assert.Equal($"Not logged in to {registry}", sampan.Run("logout", registry).Succeeds().Line);
        Here(NewSampan("third")).Run("pull", "-q", $"{registry}/app").FailsWith(1, "access denied");
    }

    [Fact]
    public void What_else_is_in_the_file_stays()
    {
        string registry = StartRegistry(withUsers: true);
        File.WriteAllText(AuthFile, """{"auths":{"elsewhere:1":{"auth":"YTpi","extra":true}},"credHelpers":{"gcr.io":"gcloud"}}""");
        Cli sampan = Here(NewSampan());
        sampan.Run("login", "-u", User, "-p", Password, $"https://{registry}/v2/").Succeeds();
        string both = File.ReadAllText(AuthFile);
        Assert.Contains(registry, both);
        Assert.Contains("gcloud", both);
        sampan.Run("logout", registry).Succeeds();
        using var after = System.Text.Json.JsonDocument.Parse(File.ReadAllText(AuthFile));
        Assert.Equal("""{"elsewhere:1":{"auth":"YTpi","extra":true}}""", System.Text.RegularExpressions.Regex.Replace(after.RootElement.GetProperty("auths").GetRawText(), @"\s", ""));
        Assert.Equal([Path.GetFileName(AuthFile)], Directory.GetFiles(Path.GetDirectoryName(AuthFile)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_password_typed_at_the_terminal_is_not_shown()
    {
        string registry = StartRegistry(withUsers: true);
        Child login = Here(NewSampan()).StartOnTerminal("login", registry);
        login.WaitFor("Username: ");
        login.Write(User + "\n");
        login.WaitFor("Password: ");
        login.Write(Password + "\n");
        login.WaitFor("Login Succeeded");
        login.Finish().Succeeds();
        Assert.DoesNotContain(Password, login.Output);
    }

    [Fact]
    public void Without_a_terminal_nothing_is_asked()
    {
        Cli sampan = Here(NewSampan());
        sampan.Run("login", "127.0.0.1:1").ExitsWith(1).SaysOneLine("--password-stdin");
        sampan.Run("login", "--password-stdin", "127.0.0.1:1").ExitsWith(1).SaysOneLine("--username");
        sampan.Run("login", "-u", "x", "-p", "y", "no/such server").FailsWith(1, "is not a registry's name");
    }

    [Fact]
    public void A_token_server_knows_who_logs_in()
    {
        using var registry = new FakeRegistry();
        string basic = "Basic " + Convert.ToBase64String("me:pass:word"u8);
        registry.Misbehave = r => r.Path.StartsWith("/token", StringComparison.Ordinal)
                ? r.Authorization == basic ? new FakeAnswer(200, """{"token":"good"}"""u8.ToArray()) : new FakeAnswer(401, [])
            : r.Path == "/v2/" && r.Authorization != "Bearer good" ? new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{registry.Name}/token\",service=\"here\""))
            : null;
        Cli sampan = Here(NewSampan());
        sampan.RunWithInput("wrong", "login", "-u", User, "--password-stdin", registry.Name).FailsWith(1, registry.Name, "incorrect username or password");
        Assert.False(File.Exists(AuthFile));
        sampan.RunWithInput(Password, "login", "-u", User, "--password-stdin", registry.Name).Succeeds();
        Assert.Contains($"\"auth\": \"{basic[6..]}\"", File.ReadAllText(AuthFile));
        Assert.Contains(registry.Requests, r => r.Path == $"/token?service=here&account={User}");
    }

    private Cli Here(Cli sampan)
    {
        sampan.Environment["REGISTRY_AUTH_FILE"] = AuthFile;
        return sampan;
    }
}
