using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>Credentials that a program keeps: docker-credential-NAME.</summary>
public sealed class CredentialHelperTests : RegistryTest
{
    private string AuthFile => InWork("auth/auth.json");

    /// <summary>Keeps what it is given in a file, and writes down what it was asked.</summary>
    private const string Keeper = """
        #!/bin/sh
        read -r line
        echo "$1 $line" >> "$KEPT.log"
        case $1 in
        store) echo "$line" > "$KEPT" ;;
        erase) rm "$KEPT" ;;
        get) cat "$KEPT" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
        esac
        """;

    [Theory]
    [InlineData("""{"credHelpers":{"REGISTRY":"keeper"},"credsStore":"none"}""")]
    [InlineData("""{"credsStore":"keeper"}""")]
    public void Login_keeps_with_the_helper_and_pull_push_and_logout_ask_it(string config)
    {
        string registry = StartRegistry(withUsers: true);
        Cli sampan = WithHelper(config.Replace("REGISTRY", registry));
        MakeImage(sampan, $"{registry}/app");
        sampan.Run("push", "-q", $"{registry}/app").FailsWith(1, "access denied");
        sampan.RunWithInput(Password, "login", "-u", User, "--password-stdin", registry).Succeeds();
        Assert.Contains("\"Secret\":\"pass:word\"", File.ReadAllText(InWork("kept")));
        Assert.DoesNotContain("auths", File.ReadAllText(AuthFile));

        sampan.Run("push", "-q", $"{registry}/app").Succeeds();
        sampan.Run("pull", "-q", $"{registry}/app").Succeeds();
        Assert.Contains($"get {registry}\n", File.ReadAllText(InWork("kept.log")));

        Assert.Equal($"Removing login credentials for {registry}", sampan.Run("logout", registry).Succeeds().Line);
        Assert.False(File.Exists(InWork("kept")));
        Assert.Equal($"Not logged in to {registry}", sampan.Run("logout", registry).Succeeds().Line);
        sampan.Run("pull", "-q", $"{registry}/other").FailsWith(1, "access denied");
    }

    [Fact]
    public void A_login_without_a_helper_replaces_what_was_in_the_file_and_one_with_it_takes_it_out()
    {
        string registry = StartRegistry(withUsers: true);
        Cli sampan = WithHelper("{}");
        sampan.RunWithInput(Password, "login", "-u", User, "--password-stdin", registry).Succeeds();
        Assert.Contains(registry, File.ReadAllText(AuthFile));
        File.WriteAllText(AuthFile, File.ReadAllText(AuthFile).TrimEnd('\n').TrimEnd('}') + ",\"credsStore\":\"keeper\"}");
        sampan.RunWithInput(Password, "login", "-u", User, "--password-stdin", registry).Succeeds();
        Assert.DoesNotContain(registry, File.ReadAllText(AuthFile));
        Assert.Contains("credsStore", File.ReadAllText(AuthFile));
    }

    [Fact]
    public void The_administrator_says_which_helpers_are_asked()
    {
        string registry = StartRegistry(withUsers: true);
        Cli sampan = WithHelper("{}");
        File.WriteAllText(InWork("registries.conf"), "credential-helpers = ['keeper', 'containers-auth.json']");
        sampan.Environment["CONTAINERS_REGISTRIES_CONF"] = InWork("registries.conf");
        sampan.RunWithInput(Password, "login", "-u", User, "--password-stdin", registry).Succeeds();
        Assert.True(File.Exists(InWork("kept")));
        sampan.Run("pull", "-q", $"{registry}/none").FailsWith(1, "not found");
    }

    [Theory]
    [InlineData("absent", "docker-credential-absent", "not in $PATH")]
    [InlineData("keeper", "docker-credential-keeper", "the keyring is locked")]
    [InlineData("../keeper", "is no name of a credential helper")]
    public void A_helper_that_fails_is_told_where_credentials_are_wanted_and_nowhere_else(string helper, params string[] words)
    {
        string closed = StartRegistry(withUsers: true), open = StartRegistry();
        Cli sampan = WithHelper($$"""{"credsStore":"{{helper}}"}""", "#!/bin/sh\necho the keyring is locked\nexit 1\n");
        sampan.Run("pull", "-q", $"{open}/x").FailsWith(1, "not found");
        sampan.Run("pull", "-q", $"{closed}/x").ExitsWith(1).SaysOneLine(["access denied", .. words]);
    }

    [Fact]
    public void A_token_that_stands_for_a_user_is_exchanged_at_the_token_server()
    {
        using var registry = new FakeRegistry();
        registry.Image("1", new Images.TestTar().File("motd", "hello").ToArray());
        registry.Misbehave = r => r.Path == "/token"
                ? new FakeAnswer(200, """{"access_token":"good","expires_in":300}"""u8.ToArray())
            : r.Path == "/v2/" || r.Authorization == "Bearer good" ? null
            : new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{registry.Name}/token\",service=\"here\""));
        Cli sampan = WithHelper("""{"credsStore":"keeper"}""", "#!/bin/sh\necho '{\"Username\":\"<token>\",\"Secret\":\"refresh me\"}'\n");
        sampan.Run("pull", "-q", $"{registry.Name}/app:1").Succeeds();
        string body = System.Text.Encoding.UTF8.GetString(Assert.Single(registry.Requests, r => r.Path == "/token").Body);
        Assert.Contains("grant_type=refresh_token", body);
        Assert.Contains("refresh_token=refresh+me", body);
    }

    private Cli WithHelper(string config, string program = Keeper)
    {
        File.WriteAllText(AuthFile, config);
        string path = InWork("bin/docker-credential-keeper");
        File.WriteAllText(path, program);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Cli sampan = NewSampan();
        sampan.Environment["REGISTRY_AUTH_FILE"] = AuthFile;
        sampan.Environment["KEPT"] = InWork("kept");
        sampan.Environment["PATH"] = $"{Work}/bin:{HostEnvironment["PATH"]}";
        return sampan;
    }
}
