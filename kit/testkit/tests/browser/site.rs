//! A site of four pages under a strict content security policy; forms are echoed.
#![allow(clippy::expect_used)]
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The running site; its thread ends with the process.
pub struct Site {
    pub url: String,
}

pub fn site() -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // a browser opens connections ahead of need and leaves them empty
            std::thread::spawn(move || answer(stream));
        }
    });
    Site { url }
}

fn answer(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?;
    let (kind, page) = match path {
        "/" => {
            let asked = format!("{} {}", field("accept-language")?, field("cookie").unwrap_or_default());
            ("text/html", shell("活动", &format!("{HOME}<p>{asked}</p>")))
        }
        "/form" => ("text/html", shell("登记", FORM)),
        "/upload" => ("text/html", shell("上传", UPLOAD)),
        "/echo" => {
            let plain = String::from_utf8_lossy(&body).replace("\r\n", " ").replace('<', "&lt;");
            // one field a line, as `name=value`
            let plain = plain.replace("Content-Disposition: form-data; name=\"", "\n").replace("\"  ", "=");
            ("text/html", shell("收到", &format!("<h1>收到</h1><pre>{plain}</pre>")))
        }
        "/faults" => ("text/html", FAULTS.to_owned()),
        "/site.css" => ("text/css", STYLE.to_owned()),
        "/site.js" => {
            ("text/javascript", "document.getElementById('script').textContent = '有脚本'".to_owned())
        }
        _ => ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".to_owned()),
    };
    let length = page.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: default-src 'self'; script-src 'self'\r\nConnection: close\r\n\r\n{page}"
    )
    .ok()
}

fn shell(title: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{title}</title>
         <meta name=viewport content='width=device-width, initial-scale=1'>
         <link rel=icon href=/dot.svg><link rel=stylesheet href=/site.css><main>{main}</main></html>"
    )
}

const HOME: &str = "<h1>活动</h1><p id=script>无脚本</p><script src=/site.js></script>
    <p><a href=/form>登记</a></p><p><a href=/upload>上传</a></p><p><button>深色</button></p>";

const FORM: &str = "<h1>登记一次活动</h1><form method=post action=/echo enctype=multipart/form-data>
    <p><label>标题 <input name=title value=旧标题></label></p>
    <p><label for=more>说明</label> <textarea id=more name=more></textarea></p>
    <p><label>日期 <input type=date name=day></label></p>
    <p><label>人数 <input type=number name=heads></label></p>
    <p><label>单位 <select name=unit><option value=sci>区科协</option><option value=edu>区教体局</option></select></label></p>
    <fieldset><legend>级别</legend>
    <label><input type=radio name=level value=district checked> 区</label>
    <label><input type=radio name=level value=town> 镇</label></fieldset>
    <p><label><input type=checkbox name=checked> 现场照片已核对</label></p>
    <p><label><input type=checkbox name=public checked> 公开</label></p>
    <p><button>提交</button></p></form>";

const UPLOAD: &str = "<h1>上传</h1><form method=post action=/echo enctype=multipart/form-data>
    <p><label>证明 <input type=file name=proof></label></p><p><button>上传</button></p></form>";

const FAULTS: &str = "<!doctype html><html><meta charset=utf-8><title>Faults</title>
    <link rel=icon href=/dot.svg><link rel=stylesheet href=/site.css>
    <h1>Faults</h1><img src=\"/dot.svg\"><p class=pale>pale</p><input name=nameless class=bare>
    <script>document.body.append('inline script ran')</script></html>";

const STYLE: &str = "body { background: #fff; color: #000; font: 18px/1.6 sans-serif }
    a { color: #00c } .pale { color: #ddd } .bare:focus { outline: none }
    @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }
    @media print { body { background: #fafafa } }";
