@echo off
chcp 65001 >nul
setlocal
cd /d "%~dp0"
echo 文枢离线安装（不需要管理员权限）
set "TARGET=%LOCALAPPDATA%\Wenshu"
set "PY="
for %%V in (3.13 3.12 3.11) do (
  if not defined PY (
    py -%%V -c "import sys" >nul 2>nul && set "PY=py -%%V"
  )
)
if not defined PY (
  python -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" >nul 2>nul && set "PY=python"
)
if not defined PY (
  echo 没有找到 Python 3.11 至 3.13。请先用 Python 安装程序选择“仅为我安装”，再运行本文件。
  pause
  exit /b 3
)
%PY% -m venv "%TARGET%" || goto failed
"%TARGET%\Scripts\python.exe" -m pip install --no-index --find-links wheels --upgrade wenshu || goto failed
powershell -NoProfile -Command "$p=[Environment]::GetEnvironmentVariable('Path','User'); $d=$env:LOCALAPPDATA+'\Wenshu\Scripts'; if (-not ($p -split ';' -contains $d)) {[Environment]::SetEnvironmentVariable('Path', ($p.TrimEnd(';')+';'+$d).TrimStart(';'), 'User')}"
"%TARGET%\Scripts\wenshu.exe" doctor
echo.
echo 安装完成。请重新打开命令行窗口，输入 wenshu --help 。
pause
exit /b 0
:failed
echo 安装没有成功，请把上面的提示告诉维护人员。
pause
exit /b 1
