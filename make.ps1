<#
红线：不用 make 的 Windows 用法，与 Makefile 相同。只需 Python 3.11 至 3.13，不需要管理员权限。

    powershell -ExecutionPolicy Bypass -File make.ps1 demo    建环境并画出全部地图
    powershell -ExecutionPolicy Bypass -File make.ps1 test    建环境并运行测试

其余：cover lint types contract wheel。没有联网的机器请先在联网的机器上运行
pip download -r requirements.lock -d 文件夹，拷来后设环境变量 PIP_NO_INDEX=1 和 PIP_FIND_LINKS=文件夹。
#>
param(
    [ValidateSet('help', 'demo', 'test', 'cover', 'lint', 'types', 'contract', 'wheel')]
    [string]$Target = 'help'
)

$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
# Paths may be Chinese: the same encoding on every machine, whatever its code page.
$env:PYTHONUTF8 = '1'
$Venv = Join-Path $PSScriptRoot '.venv'
$Scripts = Join-Path $Venv 'Scripts'
$Python = Join-Path $Scripts 'python.exe'

function Invoke-Step {
    # Run a program; stop with its exit code when it fails.
    param([string]$Program, [string[]]$Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Find-Python {
    # The first Python of 3.11 to 3.13 among the launcher's and those on PATH.
    $ErrorActionPreference = 'Continue'
    $test = 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else 1)'
    foreach ($words in @('py -3.11', 'py -3.12', 'py -3.13', 'python', 'python3')) {
        $program, $version = $words -split ' '
        if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
        $arguments = @($version | Where-Object { $_ }) + @('-c', $test)
        & $program @arguments 2>$null | Out-Null
        if ($LASTEXITCODE -eq 0) { return $words }
    }
    Write-Host '没有找到 Python 3.11、3.12 或 3.13。请从单位软件库或 python.org 安装，勾选“仅为我安装”即可。'
    exit 4
}

function Test-Newer {
    # Tell whether a stamp is missing or older than any of the files.
    param([string]$Stamp, [string[]]$Files)
    if (-not (Test-Path -LiteralPath $Stamp)) { return $true }
    $made = (Get-Item -LiteralPath $Stamp).LastWriteTimeUtc
    foreach ($file in $Files) {
        if ((Get-Item -LiteralPath $file).LastWriteTimeUtc -gt $made) { return $true }
    }
    return $false
}

function Install-Environment {
    # .venv with the locked packages and this project; nothing to do when both are up to date.
    param([string]$Lock)
    if (-not (Test-Path -LiteralPath $Python)) {
        $program, $version = (Find-Python) -split ' '
        Invoke-Step $program (@($version | Where-Object { $_ }) + @('-m', 'venv', $Venv))
    }
    $pip = @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check')
    $packages = Join-Path $Venv "$Lock.stamp"
    if (Test-Newer $packages @($Lock)) {
        Invoke-Step $Python ($pip + @('--only-binary', ':all:', '--requirement', $Lock))
        Set-Content -LiteralPath $packages -Value $Lock -Encoding ASCII
    }
    # Not editable: Python before 3.13 reads the path file of an editable install in the machine's
    # code page, so that a Chinese path in it leads nowhere.
    $project = Join-Path $Venv 'project.stamp'
    $sources = @(Get-ChildItem -LiteralPath 'geo' -Recurse -File |
        Where-Object { $_.Extension -ne '.pyc' } | ForEach-Object { $_.FullName })
    if (Test-Newer $project ($sources + @('pyproject.toml', $packages))) {
        Invoke-Step $Python ($pip + @('--no-deps', '--no-build-isolation', '--force-reinstall', '.'))
        Set-Content -LiteralPath $project -Value 'installed' -Encoding ASCII
    }
}

if ($Target -eq 'help') {
    Write-Host 'make.ps1 demo | test | cover | lint | types | contract | wheel'
    exit 0
}
if ($Target -eq 'demo') {
    Install-Environment 'requirements.lock'
    Invoke-Step (Join-Path $Scripts 'hongxian.exe') @('build')
    exit 0
}
Install-Environment 'requirements-dev.lock'
# Tests and tools look at the tree, not at the installed copy.
$env:PYTHONPATH = $PSScriptRoot
switch ($Target) {
    'test' { Invoke-Step $Python @('-m', 'pytest', '-n', 'auto') }
    'cover' { Invoke-Step $Python @('-m', 'pytest', '-n', 'auto', '--cov', '--cov-fail-under=90') }
    'lint' {
        Invoke-Step $Python @('-m', 'ruff', 'check', '.')
        Invoke-Step $Python @('-m', 'ruff', 'format', '--check', '.')
    }
    'types' { Invoke-Step $Python @('-m', 'mypy') }
    'contract' { Invoke-Step (Join-Path $Scripts 'lint-imports.exe') @() }
    'wheel' { Invoke-Step $Python @('tools/try_wheel.py') }
}
